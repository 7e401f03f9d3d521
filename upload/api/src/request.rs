//! What callers send, read and checked: all that is wrong at once.

use serde::Deserialize;

use crate::fields::{Fields, unreadable};
use crate::path;
use crate::problem::{Problem, Reason, Wrong};

pub const SHORTEST: i32 = 900;
pub const LONGEST: i32 = 3600;
/// Files of one upload; more go into several.
pub const FILES: usize = 20_000;
/// 5 TB is S3's largest object: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
const LARGEST: u64 = 50 * 1024 * 1024 * 1024 * 1024;

/// `POST /v1/uploads`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    pub tenant: String,
    pub bucket: String,
    pub seconds: i32,
}

/// One file as the caller has uploaded it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Claimed {
    pub path: String,
    pub size: u64,
    pub checksum_crc64nvme: String,
    /// Not known to who was killed before S3's answer came, and may not look.
    #[serde(default)]
    pub version_id: Option<String>,
    #[serde(default)]
    pub etag: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    files: Vec<Claimed>,
}

pub fn open(body: &[u8]) -> Result<Open, Problem> {
    let mut fields = Fields::read(body)?;
    let tenant = fields.name("tenant", 30, "the tenant's name, such as acme-health");
    let bucket = fields.name("bucket", 20, "the bucket's name within the tenant, such as landing");
    let seconds = fields.seconds();
    fields.end()?;
    Ok(Open { tenant, bucket, seconds })
}

/// `POST /v1/uploads/{id}/credentials`: how long they shall last. An empty body asks for the default.
pub fn renewal(body: &[u8]) -> Result<i32, Problem> {
    let mut fields = if body.is_empty() { Fields::default() } else { Fields::read(body)? };
    let seconds = fields.seconds();
    fields.end()?;
    Ok(seconds)
}

/// `POST /v1/uploads/{id}/complete`, in the order of the paths. `prefix` is that of the upload's keys.
pub fn complete(body: &[u8], prefix: &str) -> Result<Vec<Claimed>, Problem> {
    let mut files = serde_json::from_slice::<Files>(body).map_err(|error| unreadable(&error))?.files;
    if files.is_empty() || files.len() > FILES {
        let wrong = Wrong {
            field: "files".into(),
            problem: format!("has {} files", files.len()),
            expected: format!("1 to {FILES} files; what is more goes into another upload"),
        };
        return Err(Problem::wrong(Reason::Invalid, vec![wrong]));
    }
    let mut wrong: Vec<Wrong> =
        files.iter().enumerate().flat_map(|(n, file)| faults(n, file, prefix)).collect();
    let mut order: Vec<(usize, &str)> = files.iter().map(|file| file.path.as_str()).enumerate().collect();
    order.sort_by_key(|(_, path)| *path);
    wrong.extend(order.windows(2).filter(|pair| pair[0].1 == pair[1].1).map(|pair| Wrong {
        field: format!("files[{}].path", pair[1].0),
        problem: format!("is that of files[{}] too", pair[0].0),
        expected: "each path once".into(),
    }));
    if !wrong.is_empty() {
        return Err(Problem::wrong(Reason::Invalid, wrong));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn faults(n: usize, file: &Claimed, prefix: &str) -> Vec<Wrong> {
    let wrong = |field: &str, problem: &str, expected: &str| Wrong {
        field: format!("files[{n}].{field}"),
        problem: problem.to_owned(),
        expected: expected.to_owned(),
    };
    let mut found = Vec::new();
    if let Err((problem, expected)) = path::check(&file.path, prefix) {
        found.push(wrong("path", problem, expected));
    }
    if file.size > LARGEST {
        found.push(wrong("size", "is more than S3 stores", "bytes, at most 50 TiB"));
    }
    if !is_checksum(&file.checksum_crc64nvme) {
        found.push(wrong(
            "checksumCrc64nvme",
            "is no checksum",
            "the 8 bytes in base64, such as AAAAAAAAAAA=",
        ));
    }
    let printable = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    let is_version = |text: &String| !text.is_empty() && text.len() <= 1024 && printable(text);
    if !file.version_id.as_ref().is_none_or(is_version) {
        let expected = "what S3 answered in x-amz-version-id, or leave it out for the latest";
        found.push(wrong("versionId", "is no version", expected));
    }
    if file.etag.as_ref().is_some_and(|etag| etag.len() > 128 || !printable(etag)) {
        found.push(wrong("etag", "is no ETag", "what S3 answered in ETag, or leave it out"));
    }
    found
}

/// Eight bytes in base64 are eleven digits and one `=`.
fn is_checksum(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    matches!(text.as_bytes(), [digits @ .., b'='] if digits.len() == 11 && digits.iter().all(|d| digit(*d)))
}

/// Ids are 26 digits of base32.
#[must_use]
pub fn is_upload(id: &str) -> bool {
    id.len() == 26 && id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
}

/// The names that Kubernetes takes, so that nothing else is ever looked up or recorded.
#[must_use]
pub fn is_name(text: &str, longest: usize) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty()
        && text.len() <= longest
        && text.bytes().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(problem: &Problem) -> Vec<&str> {
        problem.errors.iter().map(|wrong| wrong.field.as_str()).collect()
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let body = br#"{"tenant": "../beta", "durationSeconds": 43200, "role": "admin"}"#;
        let problem = open(body).err().unwrap_or_else(|| unreachable!("it is wrong in every field"));
        assert_eq!(problem.reason, Reason::Invalid);
        assert_eq!(fields(&problem), ["tenant", "bucket", "durationSeconds", "role"]);
    }

    #[test]
    fn a_renewal_needs_no_body() {
        assert_eq!(renewal(b"").ok(), Some(3600));
        assert_eq!(renewal(br#"{"durationSeconds": 900}"#).ok(), Some(900));
        assert_eq!(renewal(b"[]").map_err(|p| p.reason), Err(Reason::Invalid));
        assert_eq!(renewal(b"{").map_err(|p| p.reason), Err(Reason::Malformed));
    }

    #[test]
    fn files_come_in_the_order_of_their_paths_and_each_once() {
        let file = |path: &str| {
            format!(r#"{{"path":"{path}","size":1,"checksumCrc64nvme":"AAAAAAAAAAA=","versionId":"v"}}"#)
        };
        let body = |paths: &[&str]| {
            let files: Vec<String> = paths.iter().map(|path| file(path)).collect();
            format!(r#"{{"files":[{}]}}"#, files.join(","))
        };
        let read = complete(body(&["b", "a"]).as_bytes(), "p/").unwrap_or_default();
        assert_eq!(read.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        let twice = complete(body(&["b", "a", "b"]).as_bytes(), "p/").map_err(|p| fields(&p).join(","));
        assert_eq!(twice, Err("files[2].path".to_owned()));
    }
}
