//! S3's bodies in XML.

use serde::{Deserialize, Serialize};

use super::Trouble;

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
pub(super) struct Initiated {
    pub upload_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Page {
    #[serde(default)]
    pub is_truncated: bool,
    #[serde(default)]
    pub next_part_number_marker: Option<String>,
    #[serde(default, rename = "Part")]
    pub parts: Vec<Listed>,
}

#[derive(Serialize)]
#[serde(rename = "CompleteMultipartUpload")]
pub(super) struct Parts {
    #[serde(rename = "Part")]
    pub parts: Vec<Numbered>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Numbered {
    pub part_number: u64,
    #[serde(rename = "ETag")]
    pub etag: String,
    #[serde(rename = "ChecksumCRC64NVME")]
    pub checksum: String,
}

pub(super) fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Trouble> {
    let text = String::from_utf8_lossy(body);
    quick_xml::de::from_str(&text).map_err(|error| unknown(&error.to_string()))
}

pub(super) fn unknown(why: &str) -> Trouble {
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
        let part = Numbered { part_number: 1, etag: "\"e\"".into(), checksum: "c".into() };
        assert_eq!(
            quick_xml::se::to_string(&Parts { parts: vec![part] }).unwrap(),
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"e\"</ETag>\
             <ChecksumCRC64NVME>c</ChecksumCRC64NVME></Part></CompleteMultipartUpload>"
        );
    }
}
