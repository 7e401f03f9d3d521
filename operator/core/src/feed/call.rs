//! A call as EventBridge tells of it.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>

use std::collections::BTreeSet;

use cloister_crds::events::ChangedBy;
use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    Call(Box<Call>),
    /// It changed nothing: a read, or a call that was refused. Where it was made.
    Nothing(String),
}

/// A call that changed something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The same whenever it is delivered again.
    pub id: String,
    pub account: String,
    /// Where it was made; of services without regions, where their events are.
    pub region: String,
    /// As the first part of its endpoint: `s3`.
    pub service: String,
    pub name: String,
    /// Seconds since 1970.
    pub at: i64,
    pub by: ChangedBy,
    /// Whatever it names, and the last part of each path and ARN.
    pub named: BTreeSet<String>,
}

/// Names are short; anything longer is a document.
const LONGEST_NAME: usize = 2048;

/// Nothing where it is not understood: such a message stays, and ends in the dead-letter queue.
#[must_use]
pub fn read(body: &str) -> Option<Message> {
    let event: Value = serde_json::from_str(body).ok()?;
    let detail = event.get("detail")?.as_object()?;
    let text = |name: &str| detail.get(name).and_then(Value::as_str);
    let (source, name) = (text("eventSource")?, text("eventName")?);
    let at: jiff::Timestamp = text("eventTime")?.parse().ok()?;
    let (id, region) = (text("eventID")?, text("awsRegion")?.to_owned());
    if detail.get("readOnly") == Some(&Value::Bool(true)) || text("errorCode").is_some() {
        return Some(Message::Nothing(region));
    }
    let service = source.split('.').next().unwrap_or(source);
    let mut named = BTreeSet::new();
    for part in ["requestParameters", "responseElements", "resources"] {
        collect(detail.get(part).unwrap_or(&Value::Null), &mut named);
    }
    let by = ChangedBy {
        identity: identity(detail.get("userIdentity")?).to_owned(),
        source_address: text("sourceIPAddress").unwrap_or_default().to_owned(),
        call: format!("{service}:{name}"),
        request_id: text("requestID").unwrap_or_default().to_owned(),
        at: jiff::Timestamp::from_second(at.as_second()).unwrap_or(at).to_string(),
    };
    Some(Message::Call(Box::new(Call {
        id: id.to_owned(),
        account: text("recipientAccountId").or(event["account"].as_str())?.to_owned(),
        region,
        service: service.to_owned(),
        name: name.to_owned(),
        at: at.as_second(),
        by,
        named,
    })))
}

/// Who it was, as far as it is told: a service of AWS has no ARN.
fn identity(who: &Value) -> &str {
    let known = ["arn", "invokedBy", "principalId", "type"];
    known.iter().find_map(|name| who[name].as_str()).unwrap_or("unknown")
}

fn collect(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.len() <= LONGEST_NAME => {
            into.extend(last_part(text).map(str::to_owned));
            into.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, into)),
        _ => {}
    }
}

/// Of an ARN or URL, what comes after its last slash or colon.
pub(super) fn last_part(text: &str) -> Option<&str> {
    text.rsplit_once(['/', ':']).map(|(_, last)| last).filter(|last| !last.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Message, read};

    fn event(detail: &serde_json::Value) -> String {
        json!({ "account": "222222222222", "detail-type": "AWS API Call via CloudTrail", "detail": detail })
            .to_string()
    }

    fn detail() -> serde_json::Value {
        json!({
            "userIdentity": { "type": "AssumedRole", "arn": "arn:aws:sts::222222222222:assumed-role/admin/ann" },
            "eventTime": "2026-11-28T16:00:00Z",
            "eventSource": "sqs.amazonaws.com",
            "eventName": "SetQueueAttributes",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.7",
            "requestID": "r-1",
            "eventID": "e-1",
            "readOnly": false,
            "recipientAccountId": "222222222222",
            "requestParameters": { "queueUrl": "https://sqs.us-east-1.amazonaws.com/222222222222/q", "attributes": { "a": ["b"] } },
        })
    }

    #[test]
    fn a_call_is_read_with_who_made_it_and_what_it_names() {
        let Some(Message::Call(call)) = read(&event(&detail())) else { panic!("not read") };
        assert_eq!((call.service.as_str(), call.by.call.as_str()), ("sqs", "sqs:SetQueueAttributes"));
        assert_eq!(call.by.identity, "arn:aws:sts::222222222222:assumed-role/admin/ann");
        assert_eq!((call.by.source_address.as_str(), call.by.request_id.as_str()), ("192.0.2.7", "r-1"));
        assert!(call.named.contains("q") && call.named.contains("b"));
    }

    #[test]
    fn a_service_of_aws_is_named_where_it_has_no_arn() {
        let mut detail = detail();
        detail["userIdentity"] = json!({ "type": "AWSService", "invokedBy": "redshift.amazonaws.com" });
        let Some(Message::Call(call)) = read(&event(&detail)) else { panic!("not read") };
        assert_eq!(call.by.identity, "redshift.amazonaws.com");
    }

    #[test]
    fn reads_and_refused_calls_change_nothing() {
        for (name, value) in [("readOnly", json!(true)), ("errorCode", json!("AccessDenied"))] {
            let mut detail = detail();
            detail[name] = value;
            assert_eq!(read(&event(&detail)), Some(Message::Nothing("us-east-1".into())));
        }
    }

    #[test]
    fn what_is_no_event_is_not_understood() {
        for body in ["", "{", "[]", "{}", r#"{"detail": 7}"#, r#"{"detail": {"eventName": "x"}}"#] {
            assert_eq!(read(body), None, "{body}");
        }
        for missing in ["eventSource", "eventName", "eventTime", "eventID", "awsRegion", "userIdentity"] {
            let mut detail = detail();
            detail.as_object_mut().map(|fields| fields.remove(missing));
            assert_eq!(read(&event(&detail)), None, "{missing}");
        }
    }
}
