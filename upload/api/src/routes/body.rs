use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use crate::problem::{Problem, Reason};

const SMALL: usize = 4 * 1024;
/// The list of 20,000 files.
const LARGE: usize = 8 * 1024 * 1024;
const ARRIVES: Duration = Duration::from_secs(30);

pub async fn small(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    read(headers, body, SMALL).await
}

pub async fn large(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    read(headers, body, LARGE).await
}

async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Problem> {
    let text = match timeout(ARRIVES, collect(body, most)).await {
        Ok(text) => text?,
        Err(_) => return Err(Problem::new(Reason::TooSlow, "The body must arrive within 30 s.")),
    };
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_json =
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if text.is_empty() || is_json {
        Ok(text.into())
    } else {
        Err(Problem::new(Reason::NotJson, "Send Content-Type: application/json, and JSON."))
    }
}

/// What is somewhat too large is read to its end and dropped, or the sender, who is still sending, would see a broken
/// connection instead of the answer.
async fn collect(mut body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    let (mut text, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::new(Reason::Malformed, "The body broke off."))?;
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length <= most {
            text.extend_from_slice(&data);
        } else if length > most + LARGE {
            break;
        }
    }
    if length > most {
        let detail = format!("The body may have {most} bytes; more files go into several uploads.");
        return Err(Problem::new(Reason::TooLarge, detail));
    }
    Ok(text)
}
