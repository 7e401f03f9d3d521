//! The instances of all tenants of an account: who reads them shares one read, and each change is one call.

mod catalog;
mod read;
mod write;

use std::collections::HashMap;
use std::sync::Arc;

use cloister_core::fault::Fault;
use cloister_core::pool::{Host, Instance};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::account::Account;
use crate::shared::Shared;
pub use catalog::TypeFigures;
pub use write::Launching;

/// By the UID of the tenant.
pub type Fleet = HashMap<String, Vec<Instance>>;
pub type Hosts = HashMap<String, Vec<Host>>;

pub(crate) struct Listings {
    fleet: Shared<Fleet>,
    hosts: Shared<Hosts>,
    /// What does not change while the process lives: types by name, zones by subnet.
    types: Mutex<HashMap<String, Option<TypeFigures>>>,
    zones: Mutex<HashMap<String, String>>,
}

impl Default for Listings {
    fn default() -> Self {
        Self { fleet: Shared::new(), hosts: Shared::new(), types: Mutex::default(), zones: Mutex::default() }
    }
}

impl Account {
    /// Every instance that Cloister launched here, and still is shown.
    pub async fn fleet(&self, since: Instant) -> Result<Arc<Fleet>, Fault> {
        self.fleets.fleet.since(since, || read::fleet(self)).await
    }

    /// Every Dedicated Host that Cloister allocated here.
    pub async fn hosts(&self, since: Instant) -> Result<Arc<Hosts>, Fault> {
        self.fleets.hosts.since(since, || read::hosts(self)).await
    }

    /// The default version of a launch template, if there is one of the name.
    pub async fn template_version(&self, name: &str, since: Instant) -> Result<Option<String>, Fault> {
        let listed = self.templates.since(since, || crate::launch_template::fetch(self)).await?;
        Ok(listed.get(name).map(|found| found.version.to_string()))
    }
}
