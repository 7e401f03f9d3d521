//! The trail: every call to the account in every region, and every read and write of objects.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Account, Inputs};
use super::tags;
use crate::name;
use crate::resource::{Selector, Trail, TrailLogs};

pub(super) fn settings(inputs: &Inputs<'_>, account: &Account) -> Trail {
    Trail {
        bucket: inputs.spec.audit.bucket.clone(),
        prefix: None,
        multi_region: true,
        global_events: true,
        validation: true,
        kms_key: account.audit_key.clone(),
        logs: Some(TrailLogs {
            // As CloudTrail wants it.
            group: format!("{}:*", account.log_group_arn(&name::trail_logs(inputs.name, &inputs.owner.uid))),
            role: account.role_arn(&name::trail_role(inputs.name, &inputs.owner.uid)),
        }),
        logging: true,
        selectors: BTreeMap::from([
            ("management".into(), selector([("eventCategory", "equals", "Management".into())])),
            ("objects".into(), objects(account)),
        ]),
        tags: tags(inputs, account, "trail"),
    }
}

/// S3 itself writes all the time into the bucket of access logs, which hold no PHI.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html>
fn objects(account: &Account) -> Selector {
    let logs = format!("{}/", account.bucket_arn(&account.log_bucket));
    selector([
        ("eventCategory", "equals", "Data".into()),
        ("resources.type", "equals", "AWS::S3::Object".into()),
        ("resources.ARN", "notStartsWith", logs),
    ])
}

fn selector<const N: usize>(fields: [(&str, &str, String); N]) -> Selector {
    let field = |(name, operator, value): (&str, &str, String)| {
        (name.to_owned(), BTreeMap::from([(operator.to_owned(), BTreeSet::from([value]))]))
    };
    fields.into_iter().map(field).collect()
}
