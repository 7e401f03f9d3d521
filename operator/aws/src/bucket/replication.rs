//! Replication rules between S3's types and ours.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination, EncryptionConfiguration,
    ReplicationConfiguration, ReplicationRule as Rule, ReplicationRuleFilter, ReplicationRuleStatus,
    SourceSelectionCriteria, SseKmsEncryptedObjects, SseKmsEncryptedObjectsStatus,
};
use cloister_core::resource::{Replication, ReplicationRule};

/// Stands in the prefix of a rule that says more than ours can, so that the two differ.
const MORE: &str = "(and settings not managed by Cloister)";

pub(super) fn read(configuration: ReplicationConfiguration) -> Replication {
    let rules = configuration.rules.into_iter().enumerate();
    let rules = rules.map(|(n, rule)| (rule.id.clone().unwrap_or_else(|| format!("#{n}")), read_rule(&rule)));
    Replication { role: configuration.role, rules: rules.collect() }
}

#[allow(deprecated)] // Rules of old have their prefix outside the filter.
fn read_rule(rule: &Rule) -> ReplicationRule {
    let prefix = rule.filter().and_then(ReplicationRuleFilter::prefix).or(rule.prefix());
    let mut prefix = prefix.unwrap_or_default().to_owned();
    let narrower = rule.filter().is_some_and(|filter| filter.tag().is_some() || filter.and().is_some());
    let destination = rule.destination();
    let elsewhere = destination.is_some_and(|d| d.account().is_some() || d.storage_class().is_some());
    if narrower || elsewhere {
        prefix.push_str(MORE);
    }
    let encrypted = rule.source_selection_criteria().and_then(|c| c.sse_kms_encrypted_objects());
    let markers = rule.delete_marker_replication().and_then(DeleteMarkerReplication::status);
    let encryption = destination.and_then(Destination::encryption_configuration);
    ReplicationRule {
        enabled: *rule.status() == ReplicationRuleStatus::Enabled,
        prefix,
        bucket: destination.map(|d| d.bucket().to_owned()).unwrap_or_default(),
        kms_key: encryption.and_then(|e| e.replica_kms_key_id()).map(str::to_owned),
        encrypted_objects: encrypted.is_some_and(|e| *e.status() == SseKmsEncryptedObjectsStatus::Enabled),
        delete_markers: markers == Some(&DeleteMarkerReplicationStatus::Enabled),
    }
}

pub(super) fn write(want: &Replication) -> Result<ReplicationConfiguration, BuildError> {
    let rules = want.rules.iter().zip(1..).map(|((id, rule), n)| write_rule(id, rule, n));
    let rules = rules.collect::<Result<Vec<_>, _>>()?;
    ReplicationConfiguration::builder().role(&want.role).set_rules(Some(rules)).build()
}

fn write_rule(id: &str, rule: &ReplicationRule, priority: i32) -> Result<Rule, BuildError> {
    let status = if rule.enabled { ReplicationRuleStatus::Enabled } else { ReplicationRuleStatus::Disabled };
    let markers = if rule.delete_markers {
        DeleteMarkerReplicationStatus::Enabled
    } else {
        DeleteMarkerReplicationStatus::Disabled
    };
    let encrypted = if rule.encrypted_objects {
        SseKmsEncryptedObjectsStatus::Enabled
    } else {
        SseKmsEncryptedObjectsStatus::Disabled
    };
    let encrypted = SseKmsEncryptedObjects::builder().status(encrypted).build()?;
    let key = rule.kms_key.as_ref();
    let key = key.map(|key| EncryptionConfiguration::builder().replica_kms_key_id(key).build());
    let destination =
        Destination::builder().bucket(&rule.bucket).set_encryption_configuration(key).build()?;
    // A rule with a filter is of the second version, which alone knows delete markers.
    Rule::builder()
        .id(id)
        .priority(priority)
        .status(status)
        .filter(ReplicationRuleFilter::builder().prefix(&rule.prefix).build())
        .delete_marker_replication(DeleteMarkerReplication::builder().status(markers).build())
        .source_selection_criteria(
            SourceSelectionCriteria::builder().sse_kms_encrypted_objects(encrypted).build(),
        )
        .destination(destination)
        .build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_is_written_reads_back_the_same() -> Result<(), BuildError> {
        let rule = ReplicationRule {
            enabled: true,
            prefix: String::new(),
            bucket: "arn:aws:s3:::there".into(),
            kms_key: Some("arn:aws:kms:us-west-2:111122223333:key/1".into()),
            encrypted_objects: true,
            delete_markers: true,
        };
        let off = ReplicationRule {
            enabled: false,
            kms_key: None,
            encrypted_objects: false,
            delete_markers: false,
            ..rule.clone()
        };
        let rules = BTreeMap::from([("copy".into(), rule), ("off".into(), off)]);
        let want = Replication { role: "arn:aws:iam::111122223333:role/copies".into(), rules };
        assert_eq!(read(write(&want)?), want);
        Ok(())
    }

    #[test]
    fn a_rule_that_leads_to_another_account_is_not_ours() -> Result<(), BuildError> {
        let there = Destination::builder().bucket("arn:aws:s3:::there").account("444455556666").build()?;
        let rule =
            Rule::builder().id("copy").status(ReplicationRuleStatus::Enabled).destination(there).build()?;
        let read = read(ReplicationConfiguration::builder().role("r").rules(rule).build()?);
        assert_eq!(read.rules["copy"].prefix, MORE);
        Ok(())
    }
}
