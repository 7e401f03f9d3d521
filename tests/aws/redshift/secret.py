"""The administrator's password where Redshift manages it: a secret of the account that belongs to the cluster.

https://docs.aws.amazon.com/redshift/latest/mgmt/redshift-secrets-manager-integration.html
"""

import json
import secrets
import sys
from typing import Any

from aws.redshift.records import Cluster, Settings

ARN, KEY = "MasterPasswordSecretArn", "MasterPasswordSecretKmsKeyId"


def name(identifier: str, username: str) -> str:
    return f"redshift!{identifier}-{username}"


def create(cluster: Cluster, key: str | None) -> Settings:
    """The settings that tell of the secret. "Amazon Redshift generates the password"."""
    text = json.dumps({"username": cluster.username, "password": secrets.token_urlsafe(30)})
    made = _backend(cluster).create_managed_secret(
        "redshift", name(cluster.identifier, cluster.username), secret_string=text, kms_key_id=key
    )
    return {ARN: made.arn, KEY: key}


def delete(cluster: Cluster) -> None:
    """ "If you delete a provisioned cluster ..., the secret and its associated metadata are also deleted." """
    arn = cluster.settings.get(ARN)
    if arn:
        _backend(cluster).secrets.pop(arn)


def reset() -> None:
    loaded = sys.modules.get("moto.secretsmanager.models")
    if loaded is not None:
        loaded.secretsmanager_backends.reset()


def _backend(cluster: Cluster) -> Any:
    from moto.secretsmanager.models import secretsmanager_backends  # only here: few calls need it and it loads slowly

    return secretsmanager_backends[cluster.account][cluster.region]
