//! What S3 tells on a bucket's queue.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>

use cloister_crds::pipeline::FileStatus;
use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    Arrivals(Vec<FileStatus>),
    /// S3 tries a new notification once.
    Test,
}

/// Nothing where it is not understood: such a message stays, and ends in the dead-letter queue.
#[must_use]
pub fn read_message(body: &str) -> Option<Message> {
    let message: Value = serde_json::from_str(body).ok()?;
    if message["Event"] == "s3:TestEvent" {
        return Some(Message::Test);
    }
    let records = message["Records"].as_array()?;
    let created = |record: &&Value| {
        let name = record["eventName"].as_str().unwrap_or_default();
        name.trim_start_matches("s3:").starts_with("ObjectCreated")
    };
    records.iter().filter(created).map(file).collect::<Option<Vec<_>>>().map(Message::Arrivals)
}

fn file(record: &Value) -> Option<FileStatus> {
    let object = &record["s3"]["object"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let at: jiff::Timestamp = record["eventTime"].as_str()?.parse().ok()?;
    Some(FileStatus {
        bucket: text(&record["s3"]["bucket"]["name"])?,
        key: decode(object["key"].as_str()?)?,
        version_id: text(&object["versionId"]).unwrap_or_else(|| "null".into()),
        etag: object["eTag"].as_str().unwrap_or_default().trim_matches('"').to_owned(),
        size: object["size"].as_i64().unwrap_or_default(),
        at: at.to_string(),
        sequencer: text(&object["sequencer"]),
    })
}

/// Keys are encoded as forms are: a space is +.
fn decode(key: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"Records": [{"eventName": "ObjectCreated:Put", "eventTime": "2026-01-02T03:04:05.678Z", "s3": {
        "bucket": {"name": "acme"}, "object": {"key": "in/a+b%C3%A9%2B.csv", "size": 3, "eTag": "d41d", "versionId": "v1", "sequencer": "0A"}}},
        {"eventName": "ObjectRemoved:Delete"}]}"#;

    #[test]
    fn a_record_is_read_with_its_key_decoded() {
        let Some(Message::Arrivals(files)) = read_message(RECORD) else { panic!("not read") };
        assert_eq!(files.len(), 1);
        assert_eq!((files[0].key.as_str(), files[0].version_id.as_str()), ("in/a bé+.csv", "v1"));
    }

    #[test]
    fn what_is_not_understood_is_not_taken_for_nothing() {
        assert_eq!(read_message(r#"{"Event": "s3:TestEvent"}"#), Some(Message::Test));
        for odd in ["", "{}", r#"{"Records": [{"eventName": "ObjectCreated:Put"}]}"#, "[1]"] {
            assert_eq!(read_message(odd), None, "{odd}");
        }
    }
}
