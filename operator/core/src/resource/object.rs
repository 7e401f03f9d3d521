use std::fmt;

use serde::Serialize;

/// A Kubernetes object that belongs to a tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    pub kind: ObjectKind,
    /// Empty for cluster-scoped kinds.
    pub namespace: String,
    pub name: String,
}

/// The Kubernetes kinds that a tenant is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    Namespace,
    ResourceQuota,
    LimitRange,
    NetworkPolicy,
    ServiceAccount,
    Role,
    RoleBinding,
    IngestBucket,
    RedshiftSchema,
    EtlPipeline,
}

impl ObjectKind {
    pub const ALL: [Self; 10] = [
        Self::Namespace,
        Self::ResourceQuota,
        Self::LimitRange,
        Self::NetworkPolicy,
        Self::ServiceAccount,
        Self::Role,
        Self::RoleBinding,
        Self::IngestBucket,
        Self::RedshiftSchema,
        Self::EtlPipeline,
    ];

    /// Kinds of ours that a tenant may hold; they have caches of their own types.
    #[must_use]
    pub fn is_child(self) -> bool {
        matches!(self, Self::IngestBucket | Self::RedshiftSchema | Self::EtlPipeline)
    }

    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Namespace => "Namespace",
            Self::ResourceQuota => "ResourceQuota",
            Self::LimitRange => "LimitRange",
            Self::NetworkPolicy => "NetworkPolicy",
            Self::ServiceAccount => "ServiceAccount",
            Self::Role => "Role",
            Self::RoleBinding => "RoleBinding",
            Self::IngestBucket => "IngestBucket",
            Self::RedshiftSchema => "RedshiftSchema",
            Self::EtlPipeline => "EtlPipeline",
        }
    }

    #[must_use]
    pub fn group(self) -> &'static str {
        match self {
            Self::Namespace | Self::ResourceQuota | Self::LimitRange | Self::ServiceAccount => "",
            Self::NetworkPolicy => "networking.k8s.io",
            Self::Role | Self::RoleBinding => "rbac.authorization.k8s.io",
            Self::IngestBucket | Self::RedshiftSchema | Self::EtlPipeline => "cloister.dev",
        }
    }

    #[must_use]
    pub fn version(self) -> &'static str {
        if self.is_child() { "v1alpha1" } else { "v1" }
    }

    #[must_use]
    pub fn api_version(self) -> String {
        match self.group() {
            "" => self.version().to_owned(),
            group => format!("{group}/{}", self.version()),
        }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.kind().to_ascii_lowercase();
        if self.namespace.is_empty() {
            write!(f, "{kind}/{}", self.name)
        } else {
            write!(f, "{kind}/{}/{}", self.namespace, self.name)
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ObjectStep {
    /// POST: fails where the name is taken, so that a stranger's object is never overwritten.
    Create,
    /// Server-side apply.
    Apply,
    Delete,
}
