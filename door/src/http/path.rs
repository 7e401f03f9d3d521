//! Paths that come from strangers.

use percent_encoding::percent_decode_str;
use url::Url;

/// It travels to the identity provider and back, sealed, in a URL.
const LONGEST: usize = 1500;

/// A place on this host to go back to: a path and its query, and nothing that a browser would read as another host.
#[must_use]
pub fn back(asked: &str) -> Option<String> {
    let base = Url::parse("https://door.invalid/").ok()?;
    let plain = asked.len() <= LONGEST
        && asked.starts_with('/')
        && !asked.bytes().any(|byte| byte == b'\\' || byte.is_ascii_control());
    if !plain {
        return None;
    }
    let found = base.join(asked).ok()?;
    let here = found.origin() == base.origin() && found.username().is_empty() && found.password().is_none();
    let path = match found.query() {
        Some(query) => format!("{}?{query}", found.path()),
        None => found.path().to_owned(),
    };
    (here && !path.starts_with("//") && !is_own(found.path())).then_some(path)
}

/// Whether it is the door's, or would be for somebody who decodes and tidies it.
#[must_use]
pub fn is_own(path: &str) -> bool {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split(['/', '\\']) {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    segments.first().is_some_and(|first| first.eq_ignore_ascii_case(".cloister"))
}
