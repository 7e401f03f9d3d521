//! The audit record: one JSON line for each grant, renewal, completion, abort and refusal. No file name, token or
//! credential is ever in it: there is no field that could hold one.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// What a request was about, as far as that is known to be well-formed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Event {
    Grant,
    Renewal,
    Completion,
    Abort,
    Refusal,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line<'a> {
    pub event: Event,
    /// The subject of a verified token; none before that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<&'a str>,
    #[serde(flatten)]
    pub about: &'a About,
    pub source: IpAddr,
    /// Of the AssumeRole that made the credentials: CloudTrail has the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aws_request_id: Option<&'a str>,
    pub reason: &'a str,
}

#[derive(Serialize)]
struct Dated<'a> {
    time: String,
    decision: &'static str,
    #[serde(flatten)]
    line: &'a Line<'a>,
}

pub struct Audit {
    sink: Mutex<Sink>,
}

enum Sink {
    File(File),
    Out(io::Stdout),
}

impl Audit {
    /// Standard output where no file is named. A file is only ever appended to.
    pub fn open(path: Option<&Path>) -> io::Result<Self> {
        let sink = match path {
            Some(path) => Sink::File(OpenOptions::new().append(true).create(true).open(path)?),
            None => Sink::Out(io::stdout()),
        };
        Ok(Self { sink: Mutex::new(sink) })
    }

    /// Written before anything is given out: what cannot be recorded is not done.
    pub fn write(&self, line: &Line<'_>) -> io::Result<()> {
        let decision = if line.event == Event::Refusal { "Deny" } else { "Allow" };
        let mut text =
            serde_json::to_vec(&Dated { time: jiff::Timestamp::now().to_string(), decision, line })?;
        text.push(b'\n');
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *sink {
            Sink::File(file) => file.write_all(&text),
            Sink::Out(out) => out.write_all(&text).and_then(|()| out.flush()),
        }
    }
}
