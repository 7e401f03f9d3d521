//! Lifecycle rules between S3's types and ours.

use std::collections::BTreeMap;

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration,
    LifecycleRule as Rule, LifecycleRuleFilter, NoncurrentVersionExpiration, Transition as Move,
    TransitionStorageClass,
};
use cloister_core::resource::{LifecycleRule, Transition};

/// Stands in the prefix of a rule that says more than ours can, so that the two differ.
const MORE: &str = "(and settings not managed by Cloister)";

pub(super) fn read(rules: Vec<Rule>) -> BTreeMap<String, LifecycleRule> {
    let mut read = BTreeMap::new();
    for (n, rule) in rules.into_iter().enumerate() {
        let id = rule.id.clone().filter(|id| !read.contains_key(id)).unwrap_or_else(|| format!("#{n}"));
        read.insert(id, read_rule(&rule));
    }
    read
}

#[allow(deprecated)] // Rules of old have their prefix outside the filter.
fn read_rule(rule: &Rule) -> LifecycleRule {
    let prefix = rule.filter().and_then(LifecycleRuleFilter::prefix).or(rule.prefix());
    let mut prefix = prefix.unwrap_or_default().to_owned();
    if says_more(rule) {
        prefix.push_str(MORE);
    }
    let expiration = rule.noncurrent_version_expiration();
    let abort = rule.abort_incomplete_multipart_upload();
    LifecycleRule {
        enabled: *rule.status() == ExpirationStatus::Enabled,
        prefix,
        transitions: rule.transitions().iter().map(read_transition).collect(),
        expire_days: rule.expiration().and_then(LifecycleExpiration::days),
        noncurrent_days: expiration.and_then(NoncurrentVersionExpiration::noncurrent_days),
        abort_multipart_days: abort.and_then(AbortIncompleteMultipartUpload::days_after_initiation),
    }
}

fn says_more(rule: &Rule) -> bool {
    let narrower = rule.filter().is_some_and(|filter| {
        let sizes = [filter.object_size_greater_than(), filter.object_size_less_than()];
        filter.tag().is_some() || filter.and().is_some() || sizes.iter().any(Option::is_some)
    });
    let otherwise = rule.expiration().is_some_and(|expiration| {
        expiration.date().is_some() || expiration.expired_object_delete_marker() == Some(true)
    });
    let keeps = rule.noncurrent_version_expiration().is_some_and(|expiration| {
        expiration.newer_noncurrent_versions().is_some_and(|versions| versions > 0)
    });
    let dated = rule.transitions().iter().any(|transition| transition.date().is_some());
    narrower || otherwise || keeps || dated || !rule.noncurrent_version_transitions().is_empty()
}

fn read_transition(transition: &Move) -> Transition {
    Transition {
        days: transition.days().unwrap_or_default(),
        storage_class: transition.storage_class().map_or("", TransitionStorageClass::as_str).to_owned(),
    }
}

pub(super) fn write(
    rules: &BTreeMap<String, LifecycleRule>,
) -> Result<BucketLifecycleConfiguration, BuildError> {
    let rules = rules.iter().map(|(id, rule)| write_rule(id, rule)).collect::<Result<_, _>>()?;
    BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build()
}

fn write_rule(id: &str, rule: &LifecycleRule) -> Result<Rule, BuildError> {
    let status = if rule.enabled { ExpirationStatus::Enabled } else { ExpirationStatus::Disabled };
    let expire = |days| LifecycleExpiration::builder().days(days).build();
    let noncurrent = |days| NoncurrentVersionExpiration::builder().noncurrent_days(days).build();
    let abort = |days| AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build();
    let transitions: Vec<_> = rule.transitions.iter().map(write_transition).collect();
    Rule::builder()
        .id(id)
        .status(status)
        .filter(LifecycleRuleFilter::builder().prefix(&rule.prefix).build())
        .set_transitions(Some(transitions).filter(|transitions| !transitions.is_empty()))
        .set_expiration(rule.expire_days.map(expire))
        .set_noncurrent_version_expiration(rule.noncurrent_days.map(noncurrent))
        .set_abort_incomplete_multipart_upload(rule.abort_multipart_days.map(abort))
        .build()
}

fn write_transition(transition: &Transition) -> Move {
    let class = TransitionStorageClass::from(transition.storage_class.as_str());
    Move::builder().days(transition.days).storage_class(class).build()
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types::Tag;

    use super::*;

    fn rule() -> LifecycleRule {
        LifecycleRule {
            enabled: true,
            prefix: "in/".into(),
            transitions: vec![Transition { days: 30, storage_class: "GLACIER_IR".into() }],
            expire_days: Some(2557),
            noncurrent_days: Some(30),
            abort_multipart_days: Some(7),
        }
    }

    #[test]
    fn what_is_written_reads_back_the_same() -> Result<(), BuildError> {
        let bare = LifecycleRule { enabled: false, ..LifecycleRule::default() };
        let rules = BTreeMap::from([("a".to_owned(), rule()), ("b".to_owned(), bare)]);
        assert_eq!(read(write(&rules)?.rules), rules);
        Ok(())
    }

    #[test]
    fn a_rule_that_says_more_differs() -> Result<(), BuildError> {
        let tag = Tag::builder().key("k").value("v").build()?;
        let mut tagged = write_rule("a", &rule())?;
        tagged.filter = Some(LifecycleRuleFilter::builder().prefix("in/").tag(tag).build());
        let mut keeping = write_rule("b", &rule())?;
        let keep = NoncurrentVersionExpiration::builder().noncurrent_days(30).newer_noncurrent_versions(3);
        keeping.noncurrent_version_expiration = Some(keep.build());
        let read = read(vec![tagged, keeping]);
        assert!(read.values().all(|read| *read != rule() && read.prefix.contains(MORE)));
        Ok(())
    }
}
