//! The operations, and nothing of when they are called.

use bytes::Bytes;
use reqwest::Method;

use super::documents::{Initiated, Listed, Numbered, Page, Parts, read, unknown};
use super::{JOINING, Request, S3, STALLED, Trouble};
use crate::checksum::Crc;

/// What S3 says of an object that it has taken.
#[derive(Debug)]
pub struct Put {
    pub version_id: Option<String>,
}

/// A part that was sent, now or earlier.
#[derive(Debug, Clone)]
pub struct Sent {
    pub number: u64,
    pub length: u64,
    pub etag: String,
    pub crc: Crc,
}

/// Under a prefix that nobody else writes to, an object that is there is our own, sent before.
const ONLY_IF_NEW: (&str, &str) = ("if-none-match", "*");
const CHECKSUM: &str = "x-amz-checksum-crc64nvme";

impl S3 {
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>
    pub async fn put(&self, path: &str, body: Bytes, crc: Crc) -> Result<Put, Trouble> {
        let mut headers = self.encryption();
        headers.push((CHECKSUM, crc.to_string()));
        headers.push((ONLY_IF_NEW.0, ONLY_IF_NEW.1.into()));
        let request = Request { headers, body, counted: true, ..new(Method::PUT, path, &[]) };
        let answer = self.call(&request).await?;
        Ok(Put { version_id: answer.header("x-amz-version-id") })
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html>
    pub async fn begin(&self, path: &str) -> Result<String, Trouble> {
        let mut headers = self.encryption();
        headers.push(("x-amz-checksum-algorithm", "CRC64NVME".into()));
        headers.push(("x-amz-checksum-type", "FULL_OBJECT".into()));
        let request = Request { headers, ..new(Method::POST, path, &[("uploads", "")]) };
        let found: Initiated = read(&self.call(&request).await?.body)?;
        Ok(found.upload_id)
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html>
    pub async fn part(
        &self,
        path: &str,
        upload: &str,
        number: u64,
        body: Bytes,
        crc: Crc,
    ) -> Result<Sent, Trouble> {
        let (count, length) = (number.to_string(), body.len() as u64);
        let query = [("partNumber", count.as_str()), ("uploadId", upload)];
        let headers = vec![(CHECKSUM, crc.to_string())];
        let request = Request { headers, body, counted: true, ..new(Method::PUT, path, &query) };
        let answer = self.call(&request).await?;
        let etag = answer.header("etag").ok_or_else(|| unknown("a part has no ETag"))?;
        Ok(Sent { number, length, etag, crc })
    }

    /// All pages of <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html>
    pub async fn parts(&self, path: &str, upload: &str) -> Result<Vec<Listed>, Trouble> {
        let mut all = Vec::new();
        let mut marker = String::from("0");
        loop {
            let query = [("part-number-marker", marker.as_str()), ("uploadId", upload)];
            let page: Page = read(&self.call(&new(Method::GET, path, &query)).await?.body)?;
            all.extend(page.parts);
            match page.next_part_number_marker {
                Some(next) if page.is_truncated && next != marker => marker = next,
                _ => return Ok(all),
            }
        }
    }

    /// An error may come with status 200, since the head is sent before the parts are joined:
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>
    pub async fn join(&self, path: &str, upload: &str, parts: &[Sent], whole: Crc) -> Result<Put, Trouble> {
        let numbered = |part: &Sent| Numbered {
            part_number: part.number,
            etag: part.etag.clone(),
            checksum: part.crc.to_string(),
        };
        let document = Parts { parts: parts.iter().map(numbered).collect() };
        let body = quick_xml::se::to_string(&document).map_err(|error| unknown(&error.to_string()))?;
        let size: u64 = parts.iter().map(|part| part.length).sum();
        let headers = vec![
            (CHECKSUM, whole.to_string()),
            ("x-amz-checksum-type", "FULL_OBJECT".into()),
            ("x-amz-mp-object-size", size.to_string()),
            (ONLY_IF_NEW.0, ONLY_IF_NEW.1.into()),
        ];
        let query = [("uploadId", upload)];
        let request =
            Request { headers, body: body.into(), patience: JOINING, ..new(Method::POST, path, &query) };
        let answer = self.call(&request).await?;
        let trouble = Trouble::read(200, &answer.body);
        if matches!(&trouble, Trouble::Answer { code, .. } if !code.is_empty()) {
            return Err(trouble);
        }
        Ok(Put { version_id: answer.header("x-amz-version-id") })
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html>
    pub async fn drop_parts(&self, path: &str, upload: &str) -> Result<(), Trouble> {
        match self.call(&new(Method::DELETE, path, &[("uploadId", upload)])).await {
            Err(trouble) if !trouble.is("NoSuchUpload") => Err(trouble),
            _ => Ok(()),
        }
    }

    /// The tenant's key by name, so that a bucket whose default was changed is found out at once.
    fn encryption(&self) -> Vec<(&'static str, String)> {
        vec![
            ("x-amz-server-side-encryption", "aws:kms".into()),
            ("x-amz-server-side-encryption-aws-kms-key-id", self.place.kms_key_arn.clone()),
        ]
    }
}

fn new<'a>(method: Method, path: &'a str, query: &'a [(&'a str, &'a str)]) -> Request<'a> {
    Request {
        method,
        path,
        query,
        headers: Vec::new(),
        body: Bytes::new(),
        patience: STALLED,
        counted: false,
    }
}
