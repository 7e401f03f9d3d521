use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{LABEL, each, matches};

/// The certificate that the pods show: TLS ends in them. Exactly one of the two.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.secretName) != has(self.issuer)")
    .message("tls must hold either secretName, a Secret of type kubernetes.io/tls, or issuer, from which cert-manager gets one: keep one of them"))]
pub struct Tls {
    /// A Secret of type kubernetes.io/tls in this namespace, kept by others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 63))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("secretName must be the name of a Secret of type kubernetes.io/tls in this namespace, such as claims-tls"))]
    pub secret_name: Option<String>,
    /// cert-manager's issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<CertificateIssuer>,
}

#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateIssuer {
    /// Default `ClusterIssuer`.
    #[serde(default)]
    pub kind: IssuerKind,
    #[schemars(length(max = 63))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("name must be the name of an Issuer or ClusterIssuer of cert-manager, such as letsencrypt"))]
    pub name: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum IssuerKind {
    #[default]
    ClusterIssuer,
    Issuer,
}

/// How users reach the pods, with TLS passed through. Exactly one.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.loadBalancer) != has(self.gateway)")
    .message("exposure must hold either loadBalancer, a Network Load Balancer of its own, or gateway, a Gateway with a TLS passthrough listener: keep one of them, such as loadBalancer: {}"))]
pub struct Exposure {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_balancer: Option<LoadBalancer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,
}

/// A Network Load Balancer, by the AWS Load Balancer Controller.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadBalancer {
    /// From the internet, in place of the VPC and what is connected with it. Default false.
    #[serde(default)]
    pub public: bool,
    /// Who may connect. Left out: every address that reaches it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(max = 43)), transform = each(&[(
        "isCIDR(self)".to_owned(),
        "sourceRanges must be in CIDR notation, such as 203.0.113.0/24",
    )]), extend("x-kubernetes-list-type" = "set"))]
    pub source_ranges: Vec<String>,
}

/// A Gateway of the Gateway API, with a listener of protocol TLS and mode Passthrough.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gateway {
    #[schemars(length(max = 63))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("namespace must be the Gateway's namespace, such as gateways"))]
    pub namespace: String,
    #[schemars(length(max = 63))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("name must be the Gateway's name, such as clients"))]
    pub name: String,
    /// The listener. Left out: every one that fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 63))]
    #[x_kube(validation = Rule::new(matches(LABEL)).message("listener must be the name of a listener of the Gateway, such as tls"))]
    pub listener: Option<String>,
}
