//! `KIND/NAME`, with kinds as kubectl knows them.

use std::fmt;

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Kind {
    Environment,
    ClientTenant,
    IngestBucket,
    RedshiftSchema,
    EtlPipeline,
    AnalyticsApp,
}

impl Kind {
    pub const ALL: [Self; 6] = [
        Self::Environment,
        Self::ClientTenant,
        Self::IngestBucket,
        Self::RedshiftSchema,
        Self::EtlPipeline,
        Self::AnalyticsApp,
    ];

    /// Kind and short name; the plural is the kind's with an `s`.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Environment => ("Environment", "env"),
            Self::ClientTenant => ("ClientTenant", "ct"),
            Self::IngestBucket => ("IngestBucket", "ib"),
            Self::RedshiftSchema => ("RedshiftSchema", "rs"),
            Self::EtlPipeline => ("EtlPipeline", "ep"),
            Self::AnalyticsApp => ("AnalyticsApp", "app"),
        }
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        self.names().0
    }

    #[must_use]
    pub const fn is_namespaced(self) -> bool {
        !matches!(self, Self::Environment | Self::ClientTenant)
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let resource = lower.strip_suffix(".cloister.dev").unwrap_or(&lower);
        Self::ALL.into_iter().find(|kind| {
            let (name, short) = kind.names();
            let name = name.to_ascii_lowercase();
            resource == name || resource.strip_suffix('s') == Some(&name) || resource == short
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An object that somebody named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub kind: Kind,
    pub name: String,
}

impl Target {
    /// `KIND/NAME`; a name alone is one of the kind that is usual there.
    pub fn read(text: &str, usual: Kind) -> Result<Self, String> {
        let Some((kind, name)) = text.split_once('/') else {
            return Ok(Self { kind: usual, name: text.to_owned() });
        };
        let Some(kind) = Kind::read(kind) else {
            let known = Kind::ALL.map(|kind| format!("{} ({})", kind.name().to_lowercase(), kind.names().1));
            return Err(format!(
                "there is no kind {kind:?}: write one of {}, such as ct/acme-health",
                known.join(", ")
            ));
        };
        if name.is_empty() || name.contains('/') {
            let namespace = if kind.is_namespaced() { " -n NAMESPACE" } else { "" };
            return Err(format!(
                "{text:?} is no object: write {}/NAME{namespace}",
                kind.name().to_lowercase()
            ));
        }
        Ok(Self { kind, name: name.to_owned() })
    }

    /// `ClientTenant/acme-health`, `IngestBucket/acme-health/landing`, as in status and events.
    #[must_use]
    pub fn label(&self, namespace: &str) -> String {
        if self.kind.is_namespaced() {
            format!("{}/{namespace}/{}", self.kind, self.name)
        } else {
            format!("{}/{}", self.kind, self.name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Target};

    #[test]
    fn kinds_are_named_as_kubectl_names_them() {
        for text in ["ep/load", "etlpipeline/load", "EtlPipeline/load", "etlpipelines.cloister.dev/load"] {
            let target = Target::read(text, Kind::ClientTenant).unwrap();
            assert_eq!(
                (target.kind, target.label("acme")),
                (Kind::EtlPipeline, "EtlPipeline/acme/load".into())
            );
        }
        assert_eq!(Target::read("acme", Kind::ClientTenant).unwrap().label(""), "ClientTenant/acme");
    }

    #[test]
    fn what_is_no_object_is_told_what_one_is() {
        let wrong = |text| Target::read(text, Kind::ClientTenant).unwrap_err();
        assert_eq!(
            wrong("pods/x"),
            "there is no kind \"pods\": write one of environment (env), clienttenant (ct), ingestbucket (ib), \
             redshiftschema (rs), etlpipeline (ep), analyticsapp (app), such as ct/acme-health"
        );
        assert_eq!(wrong("ib/"), "\"ib/\" is no object: write ingestbucket/NAME -n NAMESPACE");
    }
}
