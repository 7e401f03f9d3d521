//! What a request to S3 can end in, and what then helps.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>

use serde::Deserialize;

use crate::failure::{Failure, Kind};

#[derive(Debug, Clone)]
pub enum Trouble {
    /// S3 says no.
    Answer { status: u16, code: String, message: String },
    /// It said nothing.
    Silence(String),
    /// New credentials were not to be had.
    Credentials(Failure),
}

#[derive(Debug, PartialEq, Eq)]
pub enum Remedy {
    Again,
    /// With other credentials.
    Renew,
    /// With the time that S3 has.
    SetClock,
    None,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Document {
    code: String,
    message: String,
}

impl Trouble {
    pub fn read(status: u16, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let document: Document = quick_xml::de::from_str(&text).unwrap_or_default();
        Self::Answer { status, code: document.code, message: document.message }
    }

    pub fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Answer { code, .. } if code == wanted)
    }

    pub fn remedy(&self) -> Remedy {
        let (status, code) = match self {
            Self::Answer { status, code, .. } => (*status, code.as_str()),
            Self::Silence(_) => return Remedy::Again,
            Self::Credentials(_) => return Remedy::None,
        };
        match code {
            "ExpiredToken" | "TokenRefreshRequired" | "InvalidToken" | "InvalidAccessKeyId" => Remedy::Renew,
            "RequestTimeTooSkewed" => Remedy::SetClock,
            // BadDigest: damaged on its way.
            "BadDigest" | "IncompleteBody" | "RequestTimeout" | "SlowDown" | "InternalError"
            | "OperationAborted" => Remedy::Again,
            _ if status >= 500 || status == 429 || status == 408 => Remedy::Again,
            _ => Remedy::None,
        }
    }

    pub fn failure(self, what: &str) -> Failure {
        match self {
            Self::Answer { status, code, .. } if status >= 500 || status == 429 || code == "SlowDown" => {
                Kind::Network.because(format!("{what}: S3 answers {status} {code} for too long"))
            }
            Self::Answer { status, code, message } => {
                Kind::Refused.because(format!("{what}: S3 answers {status} {code}: {message}"))
            }
            Self::Silence(why) => Kind::Network.because(format!("{what}: S3 cannot be reached: {why}")),
            Self::Credentials(failure) => failure,
        }
    }

    pub fn reason(&self) -> String {
        match self {
            Self::Answer { status, code, .. } => format!("{status} {code}"),
            Self::Silence(why) => why.clone(),
            Self::Credentials(failure) => failure.text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(status: u16, code: &str) -> Remedy {
        let body =
            format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>m</Message><X/></Error>");
        Trouble::read(status, body.as_bytes()).remedy()
    }

    #[test]
    fn what_helps_depends_on_the_code_of_the_error() {
        assert_eq!(remedy(400, "ExpiredToken"), Remedy::Renew);
        assert_eq!(remedy(403, "RequestTimeTooSkewed"), Remedy::SetClock);
        assert_eq!(remedy(400, "BadDigest"), Remedy::Again);
        assert_eq!(remedy(400, "RequestTimeout"), Remedy::Again);
        assert_eq!(remedy(503, "SlowDown"), Remedy::Again);
        assert_eq!(remedy(403, "AccessDenied"), Remedy::None);
        assert_eq!(remedy(404, "NoSuchUpload"), Remedy::None);
        assert_eq!(remedy(412, "PreconditionFailed"), Remedy::None);
    }

    #[test]
    fn a_gateway_in_between_is_tried_again() {
        assert_eq!(Trouble::read(502, b"<html><body>Bad Gateway").remedy(), Remedy::Again);
        assert_eq!(Trouble::read(403, b"").remedy(), Remedy::None);
    }
}
