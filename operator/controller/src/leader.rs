//! One operator works at a time; another takes over within the lease.

use std::time::Duration;

use kube::Client;
use kube_lease_manager::{LeaseManager, LeaseManagerBuilder};

use crate::commands::Complaint;

const LEASE: &str = "cloister";

/// Seconds that a lease holds without renewal.
const DURATION: u64 = 15;
const GRACE: u64 = 5;

pub struct Leadership {
    manager: LeaseManager,
}

impl Leadership {
    /// Waits until this process leads.
    pub async fn acquire(client: &Client, namespace: &str) -> Result<Self, Complaint> {
        let identity = format!("{}-{}", host(), rand::random::<u32>());
        let manager = LeaseManagerBuilder::new(client.clone(), LEASE)
            .with_namespace(namespace)
            .with_identity(identity)
            .with_duration(DURATION)
            .with_grace(GRACE)
            .build()
            .await?;
        while !manager.changed().await? {}
        tracing::info!(namespace, "this process leads");
        Ok(Self { manager })
    }

    /// Renews the lease, and returns when it is lost. Whoever has lost it must stop at once.
    pub async fn lost(&self) {
        loop {
            match self.manager.changed().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "the lease could not be renewed");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Lets the next one take over without waiting.
    pub async fn release(self) {
        if let Err(error) = self.manager.release().await {
            tracing::warn!(%error, "the lease could not be released; it runs out by itself");
        }
    }
}

fn host() -> String {
    std::env::var("HOSTNAME").unwrap_or_else(|_| "cloister".to_owned())
}
