"""Writes kubeconfigs, whole in one file so that they can be handed around."""

import base64
import os
from pathlib import Path

import yaml


def certificate_user(certificate: Path, key: Path) -> dict[str, str]:
    return {
        "client-certificate-data": _base64(certificate),
        "client-key-data": _base64(key),
    }


def token_user(token: str) -> dict[str, str]:
    return {"token": token}


def write(path: Path, url: str, authority: Path, user: dict[str, str]) -> Path:
    cluster = {"server": url, "certificate-authority-data": _base64(authority)}
    context = {"cluster": "cloister", "user": "cloister", "namespace": "default"}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "cloister", "cluster": cluster}],
        "users": [{"name": "cloister", "user": user}],
        "contexts": [{"name": "cloister", "context": context}],
        "current-context": "cloister",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # It holds a credential; kubectl, too, complains if others can read it.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        yaml.safe_dump(config, file, sort_keys=False)
    return path


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
