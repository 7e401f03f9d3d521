//! The cluster that a copy is restored into.

use std::collections::BTreeMap;

use crate::name::digits;
use crate::ownership::{OWNER_UID, Owner};
use crate::resource::{Cluster, ParameterGroup, Tags};

/// The tag that says what it is for, and since when.
pub const DRILL: &str = "cloister.dev/drill";

/// <https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-parameter-groups.html>
const FAMILY: &str = "redshift-2.0";

/// What is made for a drill and goes after it: a cluster, and a parameter group of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scratch {
    pub name: String,
    /// The copy that it is made from.
    pub snapshot: String,
    pub owner: Owner,
    /// None for the default one, in the default VPC of the recovery region.
    pub subnet_group: Option<String>,
    pub security_groups: Vec<String>,
    /// RFC 3339, UTC.
    pub since: String,
}

impl Scratch {
    /// `moment` is told apart from every other drill's. At most 15 + 30 + 1 + 8 = 54 of Redshift's 63 characters.
    #[must_use]
    pub fn name(tenant: &str, moment: &str) -> String {
        format!("{}{}", prefix(tenant), digits(moment, 8))
    }

    #[must_use]
    pub fn tags(&self) -> Tags {
        let mut tags = self.owner.tags("drill");
        // A value of a tag holds no plus sign or comma, which a time in UTC lacks.
        tags.insert(DRILL.to_owned(), self.since.clone());
        tags
    }

    /// The default one would take connections without TLS.
    #[must_use]
    pub fn parameter_group(&self) -> ParameterGroup {
        let parameters = BTreeMap::from([
            ("enable_user_activity_logging".to_owned(), "true".to_owned()),
            ("require_ssl".to_owned(), "true".to_owned()),
        ]);
        ParameterGroup { family: FAMILY.to_owned(), parameters, tags: self.tags() }
    }
}

fn prefix(tenant: &str) -> String {
    format!("cloister-drill-{tenant}-")
}

/// By its name, since it has no tags before it stands. A tenant's name may begin with another's.
#[must_use]
pub fn is_scratch_of(tenant: &str, cluster: &str) -> bool {
    let moment = cluster.strip_prefix(&prefix(tenant)).unwrap_or_default();
    moment.len() == 8 && moment.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What it must have before anything in it is read, and has not.
#[must_use]
pub fn lacking(scratch: &Scratch, have: &Cluster, key: Option<&str>) -> Vec<String> {
    let checks = [
        (have.encryption.enabled && have.encryption.kms_key.is_some(), "encryption under a customer's key"),
        (key.is_none() || have.encryption.kms_key.as_deref() == key, "the recovery key"),
        (!have.publicly_accessible, "no public access"),
        (have.enhanced_vpc_routing, "enhanced VPC routing"),
        (have.parameter_group == scratch.name && have.parameters_in_effect, "its parameter group with TLS"),
        (have.tags.get(OWNER_UID) == Some(&scratch.owner.uid), "its tags"),
    ];
    checks.into_iter().filter(|(holds, _)| !holds).map(|(_, what)| what.to_owned()).collect()
}

/// States of a cluster that no waiting ends.
#[must_use]
pub fn is_hopeless(status: &str) -> bool {
    matches!(
        status,
        "hardware-failure"
            | "inaccessible-kms-key"
            | "incompatible-network"
            | "incompatible-parameters"
            | "incompatible-restore"
            | "storage-full"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scratch_cluster_is_one_tenants() {
        let name = Scratch::name("acme", "2026-11-28T17:00:00Z");
        assert!(is_scratch_of("acme", &name), "{name}");
        assert!(!is_scratch_of("acme-health", &name));
        assert!(!is_scratch_of("acme", &Scratch::name("acme-12345678", "x")));
        assert!(
            !is_scratch_of("acme", "cloister-drill-acme-")
                && !is_scratch_of("acme", "cloister-acme-1f0c2a9b")
        );
        assert!(Scratch::name(&"t".repeat(30), "x").len() <= 63);
    }
}
