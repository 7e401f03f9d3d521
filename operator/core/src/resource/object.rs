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
    AnalyticsApp,
    Deployment,
    Service,
    ConfigMap,
    PodDisruptionBudget,
    HorizontalPodAutoscaler,
    /// Fetched by name when it is looked at, and never with what is in it.
    Secret,
    /// Of cert-manager, which is not in every cluster.
    Certificate,
    /// Of the Gateway API, which is not in every cluster.
    TlsRoute,
}

impl ObjectKind {
    pub const ALL: [Self; 19] = [
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
        Self::AnalyticsApp,
        Self::Deployment,
        Self::Service,
        Self::ConfigMap,
        Self::PodDisruptionBudget,
        Self::HorizontalPodAutoscaler,
        Self::Secret,
        Self::Certificate,
        Self::TlsRoute,
    ];

    /// Kinds of ours that a tenant may hold; they have caches of their own types.
    #[must_use]
    pub fn is_child(self) -> bool {
        matches!(self, Self::IngestBucket | Self::RedshiftSchema | Self::EtlPipeline | Self::AnalyticsApp)
    }

    /// What is fetched each time it is looked at. Secrets are nobody's to list, and to watch a kind that the cluster
    /// lacks would fail for ever.
    #[must_use]
    pub fn is_fetched(self) -> bool {
        matches!(self, Self::Secret) || self.is_optional()
    }

    /// Kinds of others, which a cluster may lack.
    #[must_use]
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Certificate | Self::TlsRoute)
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
            Self::AnalyticsApp => "AnalyticsApp",
            Self::Deployment => "Deployment",
            Self::Service => "Service",
            Self::ConfigMap => "ConfigMap",
            Self::PodDisruptionBudget => "PodDisruptionBudget",
            Self::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
            Self::Secret => "Secret",
            Self::Certificate => "Certificate",
            Self::TlsRoute => "TLSRoute",
        }
    }

    #[must_use]
    pub fn group(self) -> &'static str {
        match self {
            Self::Namespace
            | Self::ResourceQuota
            | Self::LimitRange
            | Self::ServiceAccount
            | Self::Service
            | Self::ConfigMap
            | Self::Secret => "",
            Self::Deployment => "apps",
            Self::PodDisruptionBudget => "policy",
            Self::HorizontalPodAutoscaler => "autoscaling",
            Self::Certificate => "cert-manager.io",
            Self::TlsRoute => "gateway.networking.k8s.io",
            Self::NetworkPolicy => "networking.k8s.io",
            Self::Role | Self::RoleBinding => "rbac.authorization.k8s.io",
            Self::IngestBucket | Self::RedshiftSchema | Self::EtlPipeline | Self::AnalyticsApp => {
                "cloister.dev"
            }
        }
    }

    #[must_use]
    pub fn version(self) -> &'static str {
        match self {
            Self::HorizontalPodAutoscaler => "v2",
            _ if self.is_child() => "v1alpha1",
            _ => "v1",
        }
    }

    /// Those in which a cluster may have it, best first. TLSRoute has been `v1` since Gateway API 1.5.
    #[must_use]
    pub fn versions(self) -> &'static [&'static str] {
        match self {
            Self::TlsRoute => &["v1", "v1alpha3", "v1alpha2"],
            Self::HorizontalPodAutoscaler => &["v2"],
            _ if self.is_child() => &["v1alpha1"],
            _ => &["v1"],
        }
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
    /// PUT of what we declare wholly.
    Apply,
    Delete,
}
