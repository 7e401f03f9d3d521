"""User data as nodeadm reads it on Amazon EKS's AL2023 AMI.

A NodeConfig, bare or as parts of a MIME multipart document; later parts win.
https://awslabs.github.io/amazon-eks-ami/nodeadm/
"""

import base64
import binascii
import email
import gzip
import ipaddress
from dataclasses import dataclass
from email.message import Message
from typing import Any

import yaml

from nodes.kubelet import Kubelet, read_kubelet
from nodes.problems import Problems, Unusable

_MEDIA_TYPE = "application/node.eks.aws"
_VERSION = "node.eks.aws/v1alpha1"
_CLUSTER_FIELDS = ("name", "apiServerEndpoint", "certificateAuthority", "cidr")


@dataclass(frozen=True)
class NodeConfig:
    cluster: str
    endpoint: str
    authority: bytes
    kubelet: Kubelet


def read_user_data(text: str) -> NodeConfig:
    """Raises `Unusable` with everything that is wrong."""
    merged: dict[str, Any] = {}
    for document in _documents(text):
        _merge(merged, _decoded(document))
    return _validated(merged)


def _documents(text: str) -> list[str]:
    message = email.message_from_string(text)
    if not message.is_multipart():
        return [text]
    found = [_content(part) for part in message.walk() if part.get_content_type() == _MEDIA_TYPE]
    if not found:
        raise Unusable([f"no part of the MIME document has the content type {_MEDIA_TYPE}"])
    return found


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable([f"the part {_MEDIA_TYPE} cannot be read: {error}"]) from error


def _decoded(document: str) -> dict[str, Any]:
    try:
        config = yaml.safe_load(document)
    except yaml.YAMLError as error:
        raise Unusable([f"it is no YAML: {' '.join(str(error).split())}"]) from error
    if not isinstance(config, dict):
        raise Unusable(["it is no NodeConfig"])
    for field, wanted in (("apiVersion", _VERSION), ("kind", "NodeConfig")):
        if config.get(field) != wanted:
            raise Unusable([f"{field} is {config.get(field)!r}, not {wanted}"])
    return config


def _merge(base: dict[str, Any], over: dict[str, Any]) -> None:
    for key, value in over.items():
        known = base.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            _merge(known, value)
        elif key == "flags" and isinstance(known, list) and isinstance(value, list):
            # Of a flag that is said twice kubelet takes the last.
            base[key] = known + value
        else:
            base[key] = value


def _validated(config: dict[str, Any]) -> NodeConfig:
    problems = Problems()
    spec = problems.mapping(config, "spec", "")
    cluster = problems.mapping(spec, "cluster", "spec.")
    given = {field: problems.text(cluster, field, "spec.cluster.") for field in _CLUSTER_FIELDS}
    if given["apiServerEndpoint"] and not given["apiServerEndpoint"].startswith("https://"):
        problems.add("spec.cluster.apiServerEndpoint is no https:// address")
    authority = _authority(given["certificateAuthority"], problems)
    try:
        ipaddress.ip_network(given["cidr"] or "10.0.0.0/8")
    except ValueError as error:
        problems.add(f"spec.cluster.cidr: {error}")
    kubelet = read_kubelet(problems.mapping(spec, "kubelet", "spec.", required=False), problems)
    problems.end()
    return NodeConfig(given["name"], given["apiServerEndpoint"], authority, kubelet)


def _authority(text: str, problems: Problems) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except binascii.Error:
        decoded = b""
    if text and b"BEGIN CERTIFICATE" not in decoded:
        problems.add("spec.cluster.certificateAuthority is no PEM certificate in base64")
    return decoded
