//! What all requests share.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use cloister_identity::Rates;
use tokio::sync::Semaphore;

use crate::audit::{About, Audit, Event, Line};
use crate::cloud::Cloud;
use crate::declared::Declared;
use crate::identity::{Issuer, User};
use crate::metrics::Metrics;
use crate::options::Options;
use crate::problem::{Problem, Reason};
use crate::receipt::Signer;

pub struct Api {
    pub options: Options,
    pub issuer: Issuer,
    pub declared: Declared,
    pub cloud: Cloud,
    pub audit: Audit,
    pub signer: Signer,
    pub metrics: Arc<Metrics>,
    /// Requests at a time; what comes on top is turned away at once.
    pub under_way: Semaphore,
    pub by_user: Rates<String>,
    /// Refused tokens, by where they come from.
    pub by_source: Rates<IpAddr>,
    /// Where an upload lies, by its user's folder and its id.
    pub seen: Seen,
}

/// Who asks, once the token is verified.
#[derive(Clone, Debug)]
pub struct Caller {
    pub user: Arc<User>,
    pub source: IpAddr,
}

impl Api {
    /// Records what is about to be given out or has been done.
    pub fn record(
        &self,
        caller: &Caller,
        event: Event,
        about: &About,
        request: Option<&str>,
    ) -> Result<(), Problem> {
        let line = Line {
            event,
            user: Some(&caller.user.subject),
            issuer: Some(&caller.user.issuer),
            about,
            source: caller.source,
            aws_request_id: request,
            reason: "ok",
        };
        self.metrics.happened(event);
        self.audit.write(&line).map_err(|error| {
            tracing::error!(%error, "the audit record cannot be written, so nothing is given out");
            Problem::new(Reason::Unavailable, "Nothing can be given out now; try again soon.").retry_after(15)
        })
    }
}

/// A memory of where uploads lie, which saves looking through all of a user's buckets.
#[derive(Default)]
pub struct Seen(Mutex<HashMap<(String, String), (String, String)>>);

const REMEMBERED: usize = 50_000;

impl Seen {
    pub fn put(&self, folder: &str, upload: &str, tenant: &str, bucket: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert((folder.to_owned(), upload.to_owned()), (tenant.to_owned(), bucket.to_owned()));
    }

    pub fn get(&self, folder: &str, upload: &str) -> Option<(String, String)> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(folder.to_owned(), upload.to_owned())).cloned()
    }
}
