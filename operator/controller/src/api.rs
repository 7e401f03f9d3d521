//! What the driver needs to know of a kind.

use std::fmt::Debug;
use std::hash::Hash;

use cloister_crds::offboarding::OffboardingStatus;
use cloister_crds::status::CommonStatus;
use cloister_crds::{AnalyticsApp, ClientTenant, Environment, EtlPipeline, IngestBucket, RedshiftSchema};
use kube::core::NamespaceResourceScope;
use kube::{Api, Client, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One of our kinds, as the driver sees it.
pub trait Object:
    Resource<DynamicType = (), Scope: ScopedApi<Self>>
    + Clone
    + Debug
    + Serialize
    + DeserializeOwned
    + Send
    + Sync
    + 'static
where
    Self::DynamicType: Eq + Hash,
{
    type Status: Clone + Default + PartialEq + Serialize + Send + Sync;
    const KIND: &'static str;
    /// Parts of the status that have a writer of their own.
    const OTHERS: &'static [&'static str] = &[];

    fn status(&self) -> Option<&Self::Status>;
    fn common(&self) -> Option<&CommonStatus>;

    fn api(&self, client: &Client) -> Api<Self> {
        Self::Scope::api(client, &self.namespace().unwrap_or_default())
    }

    /// `ClientTenant/acme-health`, `IngestBucket/acme-health/landing`.
    fn label(&self) -> String {
        match self.namespace() {
            Some(namespace) => format!("{}/{namespace}/{}", Self::KIND, self.name_any()),
            None => format!("{}/{}", Self::KIND, self.name_any()),
        }
    }

    fn uid(&self) -> String {
        self.meta().uid.clone().unwrap_or_default()
    }

    fn generation(&self) -> i64 {
        self.meta().generation.unwrap_or_default()
    }

    /// Decisions of earlier passes that this one rests on, beside the intents.
    fn decided(&self) -> Option<&OffboardingStatus> {
        None
    }

    fn is_leaving(&self) -> bool {
        self.meta().deletion_timestamp.is_some()
    }
}

/// How to reach objects of a scope.
pub trait ScopedApi<K> {
    fn api(client: &Client, namespace: &str) -> Api<K>;
}

impl<K: Resource<DynamicType = (), Scope = Self>> ScopedApi<K> for kube::core::ClusterResourceScope {
    fn api(client: &Client, _: &str) -> Api<K> {
        Api::all(client.clone())
    }
}

impl<K: Resource<DynamicType = (), Scope = Self>> ScopedApi<K> for NamespaceResourceScope {
    fn api(client: &Client, namespace: &str) -> Api<K> {
        Api::namespaced(client.clone(), namespace)
    }
}

macro_rules! object {
    ($kind:ident, $status:ident $(, $others:expr)? $(; decided $decided:ident)?) => {
        impl Object for $kind {
            type Status = cloister_crds::$status;
            const KIND: &'static str = stringify!($kind);
            $(const OTHERS: &'static [&'static str] = $others;)?

            fn status(&self) -> Option<&Self::Status> {
                self.status.as_ref()
            }

            fn common(&self) -> Option<&CommonStatus> {
                self.status.as_ref().map(|status| &status.common)
            }

            $(fn decided(&self) -> Option<&OffboardingStatus> {
                self.status.as_ref()?.$decided.as_ref()
            })?
        }
    };
}

object!(Environment, EnvironmentStatus);
object!(ClientTenant, ClientTenantStatus, &["nodes", "lastDrill"]; decided offboarding);
object!(IngestBucket, IngestBucketStatus);
object!(RedshiftSchema, RedshiftSchemaStatus);
object!(EtlPipeline, EtlPipelineStatus);
object!(AnalyticsApp, AnalyticsAppStatus);
