//! What is wrong with a declaration: always all of it, each with what to write instead.

use std::fmt;

use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// `spec.ingestBuckets[0].lifecycle.glacierAfterDays`
    pub path: String,
    /// What is wrong and what to write instead.
    pub hint: String,
}

impl Violation {
    pub fn new(path: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { path: path.into(), hint: hint.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.hint)
    }
}
