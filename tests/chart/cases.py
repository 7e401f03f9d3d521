"""Values that the chart is rendered with: the least, and all that there is."""

from e2e.kinds import Object

ROLE = "arn:aws:iam::111111111111:role/cloister-operator"
# The least that the upload API must be told.
UPLOADS: Object = {
    "enabled": True,
    "url": "https://upload.example",
    "oidc": {"issuer": "https://login.example"},
    "tls": {"secretName": "upload-tls"},
    "receiptKey": {"secretName": "receipts"},
}

CASES: dict[str, Object] = {
    "default": {},
    "everything": {
        "replicas": 3,
        "fullnameOverride": "keeper",
        "image": {"repository": "registry.example/cloister", "digest": "sha256:" + "a" * 64},
        "imagePullSecrets": [{"name": "pull"}],
        "aws": {"identity": "Irsa", "roleArn": ROLE, "tokenAudience": "sts.cloister.example"},
        "settings": {"sweepSeconds": 30, "listenAddress": "[$(POD_IP)]"},
        "extraArgs": ["--of-a-later-version=1"],
        "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy.example:3128"}],
        "extraEnvFrom": [{"secretRef": {"name": "more"}}],
        "serviceAccount": {"name": "operator", "annotations": {"team": "platform"}},
        "networkPolicy": {
            "metricsFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
            "extraEgress": [{"ports": [{"protocol": "TCP", "port": 3128}]}],
        },
        "podAnnotations": {"a": "1"},
        "podLabels": {"b": "2"},
        "nodeSelector": {"role": "system"},
        "tolerations": [{"key": "system", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}},
        "priorityClassName": "system-cluster-critical",
        "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
        "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
        "grafanaDashboard": {"enabled": True},
        "uploadApi": {
            "enabled": True,
            "replicas": 3,
            "image": {"repository": "registry.example/upload", "digest": "sha256:" + "b" * 64},
            "url": "https://upload.example",
            "roleArn": ROLE.replace("operator", "upload"),
            "oidc": {
                "issuer": "https://login.example/realms/clients",
                "groupsClaim": "roles",
                "secondFactor": {"acr": ["phr", "phrh"], "amr": ["mfa", "hwk"]},
            },
            "tls": {"certManager": {"enabled": True, "issuerRef": {"kind": "Issuer", "name": "public"}}},
            "receiptKey": {"secretName": "receipts", "key": "p256.pem"},
            "listenAddress": "[::]",
            "drainSeconds": 60,
            "service": {
                "scheme": "internet-facing",
                "sourceRanges": ["192.0.2.0/24"],
                "annotations": {"service.beta.kubernetes.io/aws-load-balancer-eip-allocations": "eipalloc-0"},
            },
            "serviceAccount": {"annotations": {"team": "platform"}},
            "extraArgs": ["--audit-log=/dev/stdout"],
            "extraEnv": [{"name": "SSL_CERT_FILE", "value": "/etc/ssl/theirs.pem"}],
            "podLabels": {"b": "3"},
            "nodeSelector": {"role": "edge"},
        },
    },
    "upload-api": {"uploadApi": UPLOADS},
    "projected-token": {"aws": {"identity": "ProjectedToken", "roleArn": ROLE}, "replicas": 1},
    "instance-profile": {
        "aws": {"identity": "Environment"},
        "networkPolicy": {"instanceMetadata": True},
        "serviceAccount": {"create": False, "name": "theirs"},
    },
}
