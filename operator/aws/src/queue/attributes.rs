//! Attributes between SQS's text and our types.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName as Name;
use cloister_core::document::Document;
use cloister_core::resource::{Queue, Redrive, Tags};
use serde_json::{Value, json};

pub(super) fn read(attributes: &HashMap<Name, String>, tags: Tags) -> Queue {
    let text = |name: Name| attributes.get(&name).map_or("", String::as_str);
    let number = |name: Name| text(name).parse().unwrap_or_default();
    Queue {
        kms_key: text(Name::KmsMasterKeyId).to_owned(),
        data_key_reuse_seconds: number(Name::KmsDataKeyReusePeriodSeconds),
        retention_seconds: number(Name::MessageRetentionPeriod),
        visibility_seconds: number(Name::VisibilityTimeout),
        policy: Document::parse(text(Name::Policy)),
        redrive: read_redrive(text(Name::RedrivePolicy)),
        tags,
    }
}

/// SQS has given the count as a number and as a string.
fn read_redrive(text: &str) -> Option<Redrive> {
    let value: Value = serde_json::from_str(text).ok()?;
    let count = value.get("maxReceiveCount");
    let count = count.and_then(|count| count.as_str().map_or_else(|| count.as_i64(), |s| s.parse().ok()));
    Some(Redrive {
        dead_letter_arn: value.get("deadLetterTargetArn")?.as_str()?.to_owned(),
        max_receives: count.and_then(|count| i32::try_from(count).ok()).unwrap_or_default(),
    })
}

/// Every attribute that is managed; an empty one is taken away.
pub(super) fn write(want: &Queue) -> HashMap<Name, String> {
    let redrive = want.redrive.as_ref().map(|redrive| {
        json!({ "deadLetterTargetArn": redrive.dead_letter_arn, "maxReceiveCount": redrive.max_receives })
    });
    HashMap::from([
        (Name::KmsMasterKeyId, want.kms_key.clone()),
        (Name::KmsDataKeyReusePeriodSeconds, want.data_key_reuse_seconds.to_string()),
        (Name::MessageRetentionPeriod, want.retention_seconds.to_string()),
        (Name::VisibilityTimeout, want.visibility_seconds.to_string()),
        (Name::Policy, want.policy.as_ref().map(Document::render).unwrap_or_default()),
        (Name::RedrivePolicy, redrive.map(|redrive| redrive.to_string()).unwrap_or_default()),
    ])
}

#[cfg(test)]
mod tests {
    use cloister_core::document::Statement;

    use super::*;

    fn queue(redrive: Option<Redrive>) -> Queue {
        Queue {
            kms_key: "arn:aws:kms:us-east-1:222222222222:key/k".into(),
            data_key_reuse_seconds: 300,
            retention_seconds: 1_209_600,
            visibility_seconds: 300,
            policy: Some(Document::new([("A", Statement::deny(["sqs:*"]).anyone().on(["q"]))])),
            redrive,
            tags: Tags::new(),
        }
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let redrive =
            Redrive { dead_letter_arn: "arn:aws:sqs:us-east-1:222222222222:d".into(), max_receives: 5 };
        for queue in [queue(Some(redrive)), queue(None)] {
            assert_eq!(read(&write(&queue), Tags::new()), queue);
        }
    }

    #[test]
    fn a_count_may_be_a_string() {
        let read = read_redrive(r#"{"deadLetterTargetArn":"d","maxReceiveCount":"5"}"#);
        assert_eq!(read, Some(Redrive { dead_letter_arn: "d".into(), max_receives: 5 }));
    }
}
