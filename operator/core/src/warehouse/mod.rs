//! A Redshift cluster and all that makes it safe, R1-R8 of the checklist, whether a tenant has it or an Environment
//! lends it to many.

pub mod catalog;
pub(crate) mod client;
mod cluster;
mod database;
pub(crate) mod key;
mod window;

pub(crate) use cluster::desire;
pub use database::HOME;
pub(crate) use database::{home, of_tenant};
pub use window::is_within;
pub(crate) use window::validate;

use std::collections::BTreeSet;

use cloister_crds::WarehouseCluster;

use crate::environment::Account;
use crate::ownership::Owner;
use crate::resource::{KEY_NOT_KNOWN_YET, ResourceId, Tags};
use crate::tenant::KeyArns;

/// Not `awsuser`, which is Redshift's default. Its password is Redshift's own secret.
pub const ADMIN: &str = "cloister_admin";

/// A cluster: whose it is, where, and what it is called.
#[derive(Clone, Debug)]
pub(crate) struct Site<'a> {
    pub spec: &'a WarehouseCluster,
    pub owner: &'a Owner,
    pub account: &'a Account,
    pub recovery_region: String,
    pub keys: &'a KeyArns,
    /// Alias of its owner's key, and of the one in the recovery region.
    pub key_alias: String,
    /// What its logs wait for beside its key: the key of the records, where its owner makes that too.
    pub log_needs: Option<ResourceId>,
    /// Of the cluster and of what belongs to it.
    pub name: String,
    /// The database that it is made with.
    pub database: String,
    /// ARNs of the roles that COPY and UNLOAD may take.
    pub roles: BTreeSet<String>,
    /// Beside those of ownership.
    pub more_tags: Tags,
    /// The keys may be deleted.
    pub going: bool,
    /// Minutes since Monday, 00:00 UTC.
    pub minute: i32,
}

impl Site<'_> {
    fn key_arn(&self) -> &str {
        self.keys.home.as_deref().unwrap_or(KEY_NOT_KNOWN_YET)
    }

    /// Who used the cluster, and how, is audit data: kept six years, whatever becomes of the key of whom it is about.
    fn log_key_arn(&self) -> &str {
        self.account.audit_key.as_deref().unwrap_or(self.key_arn())
    }

    fn recovery_key_arn(&self) -> &str {
        self.keys.recovery.as_deref().unwrap_or(KEY_NOT_KNOWN_YET)
    }

    pub fn key_id(&self) -> ResourceId {
        ResourceId::Key(self.key_alias.clone())
    }

    fn recovery_key_id(&self) -> ResourceId {
        ResourceId::RecoveryKey(self.key_alias.clone())
    }

    pub fn tags(&self, resource_name: &str) -> Tags {
        let mut tags = self.owner.tags(resource_name);
        tags.extend(self.more_tags.clone());
        tags
    }
}
