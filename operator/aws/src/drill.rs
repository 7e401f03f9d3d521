//! What a recovery drill asks of an account: copies of snapshots, a scratch cluster, and SQL on either side.

use std::time::Duration;

use cloister_core::drill::{Copy, Scratch};
use cloister_core::fault::Fault;
use cloister_core::resource::{Cluster, Database};
use cloister_core::schema::catalog::Rows;

use crate::account::Account;
use crate::fault::refused;
use crate::limit::Lane;
use crate::redshift::scratch;
use crate::schema::statements;

/// Where SQL is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Live,
    Restored,
}

/// A scratch cluster as Redshift shows it.
#[derive(Clone, Debug)]
pub struct ScratchState {
    pub status: String,
    /// Once it is at rest; before that, what it is about.
    pub settled: Result<Cluster, String>,
}

/// A table of any size is read to its end.
const PATIENCE: Duration = Duration::from_hours(24);

impl Account {
    /// Copies of a cluster's snapshots in the recovery region.
    pub async fn snapshot_copies(&self, cluster: &str) -> Result<Vec<Copy>, Fault> {
        scratch::copies(self.recovery()?, cluster).await
    }

    /// The key under which copies must lie, by the grant that bears the cluster's name.
    pub async fn recovery_key(&self, cluster: &str) -> Result<Option<String>, Fault> {
        scratch::grants_key(self.recovery()?, cluster).await
    }

    /// Names of the clusters in the recovery region.
    pub async fn recovery_clusters(&self) -> Result<Vec<String>, Fault> {
        scratch::names(self.recovery()?).await
    }

    pub async fn restore(&self, wanted: &Scratch) -> Result<(), Fault> {
        scratch::restore(self.recovery()?, wanted).await
    }

    /// None where there is no such cluster.
    pub async fn scratch(&self, name: &str) -> Result<Option<ScratchState>, Fault> {
        scratch::state(self.recovery()?, name).await
    }

    pub async fn tag_scratch(&self, wanted: &Scratch) -> Result<(), Fault> {
        scratch::set_tags(self.recovery()?, wanted).await
    }

    pub async fn delete_scratch(&self, name: &str) -> Result<(), Fault> {
        scratch::delete(self.recovery()?, name).await
    }

    /// Once its cluster is gone.
    pub async fn delete_scratch_group(&self, name: &str) -> Result<(), Fault> {
        scratch::delete_group(self.recovery()?, name).await
    }

    /// The rows of one SELECT.
    pub async fn ask(&self, side: Side, at: &Database, sql: String) -> Result<Rows, Fault> {
        let place = match side {
            Side::Live => &self.home,
            Side::Restored => self.recovery()?,
        };
        let answers = statements::run_in(place, at, vec![sql], Lane::User, PATIENCE).await?;
        let first = answers.into_iter().next();
        first.ok_or_else(|| refused("redshift-data", "GetStatementResult", "AnswerMissing"))
    }
}
