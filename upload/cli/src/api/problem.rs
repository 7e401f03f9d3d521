//! RFC 9457: how the API says no.

use std::fmt::Write as _;

use reqwest::StatusCode;
use serde::Deserialize;

use crate::failure::{Failure, Kind};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Problem {
    title: String,
    detail: String,
    errors: Vec<Violation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Violation {
    field: String,
    problem: String,
    expected: String,
}

pub fn failure(status: StatusCode, body: &[u8]) -> Failure {
    let problem: Problem = serde_json::from_slice(body).unwrap_or_default();
    let kind = match status {
        StatusCode::UNAUTHORIZED => Kind::NotLoggedIn,
        StatusCode::CONFLICT if !problem.errors.is_empty() => Kind::Unverified,
        status if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => Kind::Refused,
        _ => Kind::Network,
    };
    kind.because(text(status, &problem))
}

fn text(status: StatusCode, problem: &Problem) -> String {
    let title = if problem.title.is_empty() { status.to_string() } else { problem.title.clone() };
    let mut text = format!("the API answers: {title}");
    if !problem.detail.is_empty() && problem.detail != problem.title {
        let _ = write!(text, ": {}", problem.detail);
    }
    for violation in &problem.errors {
        let _ = write!(text, "\n  {}: {}", violation.field, violation.problem);
        if !violation.expected.is_empty() {
            let _ = write!(text, "; expected: {}", violation.expected);
        }
    }
    if status == StatusCode::UNAUTHORIZED {
        text.push_str("\nRun `cloister-upload login`.");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_violation_is_told() {
        let body = br#"{"title":"Bad request","status":422,"detail":"two fields are wrong","errors":[
            {"field":"tenant","problem":"is empty","expected":"a tenant's name"},{"field":"bucket","problem":"is unknown"}]}"#;
        let found = failure(StatusCode::UNPROCESSABLE_ENTITY, body);
        assert_eq!(found.kind, Kind::Refused);
        assert_eq!(
            found.text,
            "the API answers: Bad request: two fields are wrong\n  tenant: is empty; expected: a tenant's name\n  bucket: is unknown"
        );
    }

    #[test]
    fn a_proxy_in_between_answers_no_problem_document() {
        let found = failure(StatusCode::BAD_GATEWAY, b"<html>");
        assert_eq!((found.kind, found.text.as_str()), (Kind::Network, "the API answers: 502 Bad Gateway"));
    }

    #[test]
    fn the_status_chooses_the_exit_code() {
        for (status, kind) in [
            (StatusCode::UNAUTHORIZED, Kind::NotLoggedIn),
            (StatusCode::FORBIDDEN, Kind::Refused),
            (StatusCode::NOT_FOUND, Kind::Refused),
            (StatusCode::CONFLICT, Kind::Refused),
            (StatusCode::TOO_MANY_REQUESTS, Kind::Network),
            (StatusCode::SERVICE_UNAVAILABLE, Kind::Network),
        ] {
            assert_eq!(failure(status, b"{}").kind, kind, "{status}");
        }
        let files = br#"{"errors":[{"field":"files[0]","problem":"has another checksum"}]}"#;
        assert_eq!(failure(StatusCode::CONFLICT, files).kind, Kind::Unverified);
    }
}
