"""Manifests as a user would write them, as short as they may be."""

from e2e.kinds import Object

_VERSION = "cloister.dev/v1alpha1"
_IMAGE = "registry.example/cloister-etl@sha256:" + "0123456789abcdef" * 4


def tenant(name: str, *buckets: str | Object, **spec: object) -> Object:
    """`buckets` are names, or inline buckets as they stand in the manifest."""
    inline = [{"name": each} if isinstance(each, str) else each for each in buckets]
    base = {
        "displayName": name.replace("-", " ").title(),
        "environment": "production",
        "contacts": [{"role": "privacy-officer", "email": f"privacy@{name}.example"}],
        "ingestBuckets": inline,
    }
    meta = {"name": name}
    kind = "ClientTenant"
    return {"apiVersion": _VERSION, "kind": kind, "metadata": meta, "spec": base | spec}


def pipeline(name: str, namespace: str, bucket: str, **spec: object) -> Object:
    """Of an EtlPipeline that runs by hand, unless it has a trigger; `bucket` is where it works."""
    base = {"image": _IMAGE, "tasks": {"module": "claims", "task": "LoadClaims"}, "workBucket": bucket}
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": _VERSION, "kind": "EtlPipeline", "metadata": meta, "spec": base | spec}


def app(name: str, namespace: str, **spec: object) -> Object:
    """Of an AnalyticsApp behind a load balancer, with its Secrets called NAME-sign-in and NAME-tls."""
    base = {
        "image": "registry.example/claims-dashboard@sha256:" + "0123456789abcdef" * 4,
        "host": f"{name}.{namespace}.example",
        "users": [{"group": f"{namespace}-analysts"}],
        "signIn": {"clientId": f"{namespace}-{name}", "secretName": f"{name}-sign-in"},
        "tls": {"secretName": f"{name}-tls"},
        "exposure": {"loadBalancer": {}},
    }
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": _VERSION, "kind": "AnalyticsApp", "metadata": meta, "spec": base | spec}


def staging(**spec: object) -> Object:
    """The Environment of the staging account."""
    account = "333333333333"
    base = {
        "accountId": account,
        "roleArn": f"arn:aws:iam::{account}:role/CloisterProvisioner",
        "externalId": "cloister-staging",
        "region": "us-east-1",
        "network": {
            "vpcId": "vpc-0c10157e300000001",
            "subnetIds": ["subnet-0c10157e3000000a1", "subnet-0c10157e3000000b1"],
            "securityGroupIds": ["sg-0c10157e300000001"],
        },
        "uploadPrincipal": "arn:aws:iam::111111111111:role/cloister-upload",
        "workloadIssuer": "https://oidc.cloister.example",
        "audit": {"accountId": "444444444444", "bucket": "cloister-audit-444444444444"},
        # Access logs outlive an Environment, so a later one finds them and must take them over.
        "adopt": [f"s3-bucket/cloister-logs-{account}-us-east-1"],
    }
    meta = {"name": "staging"}
    return {
        "apiVersion": _VERSION,
        "kind": "Environment",
        "metadata": meta,
        "spec": base | spec,
    }
