//! Objects that the API itself keeps in a bucket. Each is written once and never again, which works with write-once
//! buckets and Object Lock as well; of two writers one wins.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumMode, Object};
use cloister_core::fault::{Fault, FaultClass};

use super::fault;
use crate::metrics::Metrics;

pub struct Records {
    s3: aws_sdk_s3::Client,
    bucket: String,
    metrics: Arc<Metrics>,
}

/// An object to be written.
pub struct Record<'a> {
    pub key: &'a str,
    pub body: Vec<u8>,
    pub metadata: HashMap<String, String>,
}

/// What became of a write.
#[derive(Debug, PartialEq, Eq)]
pub enum Stored {
    /// With the version that S3 gave it.
    Written(String),
    /// Somebody else was first.
    Existed,
}

/// An object as S3 describes it.
#[derive(Debug, Default)]
pub struct Found {
    pub size: u64,
    pub checksum_crc64nvme: Option<String>,
    pub etag: Option<String>,
    pub version_id: String,
    pub metadata: HashMap<String, String>,
}

/// Pages of 1,000 that a listing goes through.
const PAGES: usize = 20;

impl Records {
    pub(super) fn new(s3: aws_sdk_s3::Client, bucket: String, metrics: Arc<Metrics>) -> Self {
        Self { s3, bucket, metrics }
    }

    pub async fn write(&self, record: Record<'_>) -> Result<Stored, Fault> {
        let request = self
            .s3
            .put_object()
            .bucket(&self.bucket)
            .key(record.key)
            .if_none_match("*")
            .content_type("application/json")
            .set_metadata(Some(record.metadata))
            .body(ByteStream::from(record.body));
        let answer = request.send().await.map_err(|error| fault::of("s3", "PutObject", &error));
        self.metrics.called("PutObject", answer.as_ref().err());
        match answer {
            Ok(answer) => Ok(Stored::Written(answer.version_id.unwrap_or_default())),
            // The second is what S3 says of two at the same time.
            Err(fault) if matches!(&*fault.code, "PreconditionFailed" | "ConditionalRequestConflict") => {
                Ok(Stored::Existed)
            }
            Err(fault) => Err(fault),
        }
    }

    pub async fn read(&self, key: &str) -> Result<Vec<u8>, Fault> {
        let request = self.s3.get_object().bucket(&self.bucket).key(key);
        let answer = request.send().await.map_err(|error| fault::of("s3", "GetObject", &error));
        self.metrics.called("GetObject", answer.as_ref().err());
        let lost = |_| Fault {
            service: "s3",
            operation: "GetObject",
            code: "NoAnswer".to_owned(),
            class: FaultClass::Ambiguous,
        };
        Ok(answer?.body.collect().await.map_err(lost)?.to_vec())
    }

    /// None where there is no such object or version: S3 says that it is forbidden where one may not list.
    pub async fn look(&self, key: &str, version: Option<&str>) -> Result<Option<Found>, Fault> {
        let request = self.s3.head_object().bucket(&self.bucket).key(key);
        let request = request.set_version_id(version.map(str::to_owned)).checksum_mode(ChecksumMode::Enabled);
        let answer = request.send().await.map_err(|error| fault::of("s3", "HeadObject", &error));
        self.metrics.called("HeadObject", answer.as_ref().err());
        match answer {
            Ok(head) => Ok(Some(Found {
                size: head.content_length.and_then(|length| u64::try_from(length).ok()).unwrap_or_default(),
                checksum_crc64nvme: head.checksum_crc64_nvme,
                etag: head.e_tag,
                version_id: head.version_id.unwrap_or_default(),
                metadata: head.metadata.unwrap_or_default(),
            })),
            Err(fault) => match fault.class {
                FaultClass::NotFound | FaultClass::Denied | FaultClass::Invalid => Ok(None),
                _ => Err(fault),
            },
        }
    }

    /// Keys that begin so, each with the time at which it was written, in seconds.
    pub async fn list(&self, prefix: &str) -> Result<Vec<(String, i64)>, Fault> {
        let mut found = Vec::new();
        let mut token = None;
        for _ in 0..PAGES {
            let request = self.s3.list_objects_v2().bucket(&self.bucket).prefix(prefix);
            let answer = request.set_continuation_token(token).send().await;
            let answer = answer.map_err(|error| fault::of("s3", "ListObjectsV2", &error));
            self.metrics.called("ListObjectsV2", answer.as_ref().err());
            let page = answer?;
            let written = |object: &Object| object.last_modified.map_or(0, |at| at.secs());
            let listed = page.contents.unwrap_or_default().into_iter();
            found.extend(listed.filter_map(|object| Some((object.key.clone()?, written(&object)))));
            token = page.next_continuation_token;
            if token.is_none() {
                break;
            }
        }
        Ok(found)
    }
}
