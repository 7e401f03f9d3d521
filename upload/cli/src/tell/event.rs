//! What `--json` prints, one object a line. The field `event` tells them apart; fields are only ever added.

use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event<'a> {
    /// Of a login by device code: where to go, and with which code.
    Verification {
        uri: &'a str,
        complete_uri: Option<&'a str>,
        code: &'a str,
    },
    LoggedIn {
        api: &'a str,
    },
    Planned {
        files: usize,
        bytes: u64,
        skipped: &'a [String],
    },
    WouldSend {
        path: &'a str,
        bytes: u64,
    },
    Opened {
        upload_id: &'a str,
        tenant: &'a str,
        bucket: &'a str,
        prefix: &'a str,
    },
    Resumed {
        upload_id: &'a str,
        files: usize,
        bytes: u64,
    },
    FileSent {
        path: &'a str,
        bytes: u64,
        checksum_crc64nvme: &'a str,
    },
    FileFailed {
        path: &'a str,
        reason: &'a str,
    },
    CredentialsRenewed {
        expiration: &'a str,
    },
    Retrying {
        what: &'a str,
        reason: &'a str,
        seconds: f64,
    },
    Progress {
        bytes: u64,
        of: u64,
        files: usize,
        of_files: usize,
    },
    Completed {
        upload_id: &'a str,
        files: usize,
        bytes: u64,
        receipt: &'a str,
    },
    /// Last of a command that did not do what it should; `code` is the exit code.
    Error {
        code: u8,
        message: &'a str,
    },
}
