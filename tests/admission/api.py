"""Asks an API server what it thinks of manifests, as `kubectl apply` would; keeps nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from local.controlplane import ControlPlane

Object = dict[str, Any]

# What the API server adds once a bound is passed; it names no violation of its own.
_NOTE = "some validation rules were not checked because the object was invalid"


@dataclass(frozen=True)
class Refusal:
    kind: str
    message: str
    # Each with `reason`, `field` and `message`. None where it could not even be decoded.
    causes: list[dict[str, str]]


class Api:
    def __init__(self, control_plane: ControlPlane) -> None:
        self._root = f"{control_plane.url}/apis/cloister.dev/v1alpha1"
        self._session = requests.Session()
        # Else REQUESTS_CA_BUNDLE would win over the control plane's own authority.
        self._session.trust_env = False
        self._session.verify = str(control_plane.keys.authority)
        certificate, key = control_plane.keys.admin
        self._session.cert = (str(certificate), str(key))

    def judge(self, manifest: Path) -> list[Refusal]:
        """Tries each document; one of the same name as an earlier one as its update."""
        documents = manifest.read_text().split("\n---\n")
        names = [_name(document) for document in documents]
        stored: dict[str, Object] = {}
        answers = []
        for number, (name, document) in enumerate(zip(names, documents, strict=True)):
            if name in stored:
                answers.append(self._update(stored[name], document))
            elif name in names[number + 1 :]:
                answers.append(self._create(document, dry_run=False))
                stored[name] = answers[-1].json()
            else:
                answers.append(self._create(document, dry_run=True))
        for found in stored.values():
            if "spec" in found:
                self._session.delete(_url(self._root, found, named=True)).raise_for_status()
        return [_refusal(answer) for answer in answers if not answer.ok]

    def _create(self, document: str, *, dry_run: bool) -> requests.Response:
        # As it was written, so that the server itself finds keys that occur twice.
        url = _url(self._root, yaml.safe_load(document))
        return self._send("POST", url, document.encode(), dry_run=dry_run)

    def _update(self, before: Object, document: str) -> requests.Response:
        after = yaml.safe_load(document)
        after["metadata"]["resourceVersion"] = before["metadata"]["resourceVersion"]
        url = _url(self._root, after, named=True)
        return self._send("PUT", url, yaml.safe_dump(after).encode(), dry_run=True)

    def _send(self, verb: str, url: str, body: bytes, *, dry_run: bool) -> requests.Response:
        # Strict is what kubectl asks for.
        query = {"fieldValidation": "Strict"} | ({"dryRun": "All"} if dry_run else {})
        headers = {"Content-Type": "application/yaml"}
        return self._session.request(verb, url, params=query, data=body, headers=headers)


def _name(document: str) -> str:
    found = yaml.safe_load(document)
    return f"{found['kind']}/{found['metadata']['name']}"


def _url(root: str, found: Object, *, named: bool = False) -> str:
    metadata = found["metadata"]
    plural = f"{found['kind'].lower()}s"
    if "namespace" in metadata:
        plural = f"namespaces/{metadata['namespace']}/{plural}"
    return f"{root}/{plural}/{metadata['name']}" if named else f"{root}/{plural}"


def _refusal(answer: requests.Response) -> Refusal:
    status = answer.json()
    details = status.get("details", {})
    causes = [c for c in details.get("causes", []) if _NOTE not in c["message"]]
    return Refusal(details.get("kind", ""), status["message"], causes)
