//! The operations, and nothing of when they are called.

use bytes::Bytes;
use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::{JOINING, Request, S3, STALLED, Trouble};
use crate::checksum::Crc;

/// What S3 says of an object that it has taken.
#[derive(Debug)]
pub struct Put {
    pub version_id: Option<String>,
}

/// A part that S3 has.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    pub part_number: u64,
    #[serde(rename = "ETag")]
    pub etag: String,
    pub size: u64,
    #[serde(rename = "ChecksumCRC64NVME", default)]
    pub checksum: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Initiated {
    upload_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    is_truncated: bool,
    #[serde(default)]
    next_part_number_marker: Option<String>,
    #[serde(default, rename = "Part")]
    parts: Vec<Listed>,
}

#[derive(Serialize)]
#[serde(rename = "CompleteMultipartUpload")]
struct Parts<'a> {
    #[serde(rename = "Part")]
    parts: Vec<Numbered<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Numbered<'a> {
    part_number: u64,
    #[serde(rename = "ETag")]
    etag: &'a str,
    #[serde(rename = "ChecksumCRC64NVME")]
    checksum: String,
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
        let numbered = |part: &Sent| (part.number, part.etag.clone(), part.crc.to_string());
        let all: Vec<_> = parts.iter().map(numbered).collect();
        let document = Parts {
            parts: all
                .iter()
                .map(|(number, etag, crc)| Numbered { part_number: *number, etag, checksum: crc.clone() })
                .collect(),
        };
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

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Trouble> {
    let text = String::from_utf8_lossy(body);
    quick_xml::de::from_str(&text).map_err(|error| unknown(&error.to_string()))
}

fn unknown(why: &str) -> Trouble {
    Trouble::Answer { status: 200, code: "Unreadable".into(), message: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_parts_is_read_as_s3_writes_it() {
        let page: Page = read(
            br#"<?xml version="1.0" encoding="UTF-8"?>
<ListPartsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId>
<Initiator><ID>i</ID></Initiator><PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker>2</NextPartNumberMarker>
<MaxParts>2</MaxParts><IsTruncated>true</IsTruncated>
<Part><PartNumber>1</PartNumber><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"e1"</ETag><Size>5</Size>
<ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME></Part>
<Part><PartNumber>2</PartNumber><ETag>&quot;e2&quot;</ETag><Size>6</Size></Part></ListPartsResult>"#,
        )
        .unwrap();
        assert!(page.is_truncated);
        assert_eq!(page.next_part_number_marker.as_deref(), Some("2"));
        assert_eq!(page.parts[0].checksum.as_deref(), Some("AAAAAAAAAAA="));
        assert_eq!((page.parts[1].etag.as_str(), page.parts[1].size), ("\"e2\"", 6));
    }

    #[test]
    fn a_completion_names_each_part_with_its_checksum() {
        let part = Numbered { part_number: 1, etag: "\"e\"", checksum: "c".into() };
        assert_eq!(
            quick_xml::se::to_string(&Parts { parts: vec![part] }).unwrap(),
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"e\"</ETag>\
             <ChecksumCRC64NVME>c</ChecksumCRC64NVME></Part></CompleteMultipartUpload>"
        );
    }
}
