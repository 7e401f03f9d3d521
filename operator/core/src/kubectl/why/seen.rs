//! What all kinds have in common, as the API server holds it.

use cloister_crds::status::{CommonStatus, Condition};
use jiff::Timestamp;

use super::super::target::Kind;
use super::{Sight, World};

#[derive(Clone, Debug)]
pub(super) struct Seen<'a> {
    pub kind: Kind,
    pub namespace: String,
    pub name: String,
    pub generation: i64,
    /// Since when it is being deleted.
    pub leaving: Option<Timestamp>,
    /// When the operator last wrote its status.
    pub written: Option<String>,
    pub common: Option<&'a CommonStatus>,
    pub paused: bool,
}

/// The kinds share no trait that core knows.
macro_rules! seen {
    ($kind:ident, $object:expr, $paused:expr) => {{
        let object = $object;
        let meta = &object.metadata;
        let writes = meta.managed_fields.iter().flatten().filter(|entry| {
            entry.subresource.as_deref() == Some("status") && entry.manager.as_deref() == Some("cloister")
        });
        let written = writes.filter_map(|entry| entry.time.as_ref().map(|time| time.0)).max();
        Seen {
            kind: Kind::$kind,
            namespace: meta.namespace.clone().unwrap_or_default(),
            name: meta.name.clone().unwrap_or_default(),
            generation: meta.generation.unwrap_or_default(),
            leaving: meta.deletion_timestamp.as_ref().map(|time| time.0),
            written: written.map(crate::pipeline::text),
            common: object.status.as_ref().map(|status| &status.common),
            paused: $paused(&object.spec),
        }
    }};
}

impl<'a> Seen<'a> {
    pub fn all(world: &'a World) -> Vec<Self> {
        let mut all = Vec::new();
        if let Sight::Found(environment) = &world.environment {
            all.push(seen!(Environment, environment, |_: &_| false));
        }
        if let Sight::Found(tenant) = &world.tenant {
            all.push(seen!(ClientTenant, tenant, |spec: &cloister_crds::ClientTenantSpec| spec.paused));
        }
        let buckets = world.buckets.iter();
        all.extend(buckets.map(|b| seen!(IngestBucket, b, |s: &cloister_crds::IngestBucketSpec| s.paused)));
        let schemas = world.schemas.iter();
        all.extend(
            schemas.map(|s| seen!(RedshiftSchema, s, |s: &cloister_crds::RedshiftSchemaSpec| s.paused)),
        );
        let pipelines = world.pipelines.iter();
        all.extend(pipelines.map(|p| seen!(EtlPipeline, p, |s: &cloister_crds::EtlPipelineSpec| s.suspend)));
        let apps = world.apps.iter();
        all.extend(apps.map(|a| seen!(AnalyticsApp, a, |s: &cloister_crds::AnalyticsAppSpec| s.paused)));
        all
    }

    /// As in status and events.
    pub fn label(&self) -> String {
        if self.kind.is_namespaced() {
            format!("{}/{}/{}", self.kind, self.namespace, self.name)
        } else {
            format!("{}/{}", self.kind, self.name)
        }
    }

    /// Where a sentence in status names it, by its label or in words.
    pub fn place_in(&self, sentence: &str) -> Option<usize> {
        let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.');
        let names = [self.label(), format!("{} {}", self.kind, self.name)];
        let places = names.iter().flat_map(|name| {
            let found = sentence.match_indices(name.as_str());
            found.filter(|(at, _)| !sentence[at + name.len()..].starts_with(goes_on)).map(|(at, _)| at)
        });
        places.min()
    }

    pub fn ready(&self) -> Option<&Condition> {
        self.common?.condition("Ready")
    }

    /// The last look was at what is declared now.
    pub fn is_current(&self) -> bool {
        self.common.is_some_and(|common| common.observed_generation == self.generation)
    }

    pub fn is_ready(&self) -> bool {
        self.is_current() && self.ready().is_some_and(|ready| ready.status == "True")
    }

    pub fn headline(&self, now: Timestamp) -> String {
        let label = self.label();
        let since = |condition: &Condition| {
            let age =
                age(&condition.last_transition_time, now).map(|age| format!(" ({age})")).unwrap_or_default();
            format!("since {}{age}", condition.last_transition_time)
        };
        match self.ready() {
            _ if self.leaving.is_some() => format!("{label}: being deleted"),
            None => format!("{label}: not looked at yet"),
            Some(ready) if ready.status == "True" && !self.is_current() => {
                format!("{label}: changed since the last look")
            }
            Some(ready) if ready.status == "True" => format!("{label}: Ready {}", since(ready)),
            Some(ready) => format!("{label}: not Ready {}", since(ready)),
        }
    }
}

/// `12 s`, `4 min`, `3 h`, `9 d`.
pub(super) fn age(since: &str, now: Timestamp) -> Option<String> {
    let since: Timestamp = since.parse().ok()?;
    let seconds = (now.as_second() - since.as_second()).max(0);
    Some(match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    })
}
