"""The environment of a container, in kubelet's order: envFrom, then env, each seeing those before it."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nodes.api import Api, Object
from nodes.expand import expand
from nodes.fields import field_value, resource_value
from nodes.problems import ConfigError


@dataclass(frozen=True)
class Sources:
    """Where values come from: the API server as the node sees it, and the node."""

    api: Api
    host_ip: str
    allocatable: dict[str, str]
    # KUBERNETES_SERVICE_HOST and the like.
    services: dict[str, str]

    def secret(self, namespace: str, name: str) -> dict[str, bytes] | None:
        found = self.api.find(f"/api/v1/namespaces/{namespace}/secrets/{name}")
        if found is None:
            return None
        return {key: base64.b64decode(value) for key, value in found.get("data", {}).items()}

    def config_map(self, namespace: str, name: str) -> dict[str, bytes] | None:
        found = self.api.find(f"/api/v1/namespaces/{namespace}/configmaps/{name}")
        if found is None:
            return None
        binary = {key: base64.b64decode(value) for key, value in found.get("binaryData", {}).items()}
        return {key: value.encode() for key, value in found.get("data", {}).items()} | binary


def environment(pod: Object, container: Object, sources: Sources) -> dict[str, str]:
    found = dict(sources.services)
    namespace = pod["metadata"]["namespace"]
    for whole in container.get("envFrom", []):
        prefix = whole.get("prefix", "")
        found |= {prefix + key: value.decode() for key, value in _all_of(whole, namespace, sources).items()}
    for entry in container.get("env", []):
        if "valueFrom" not in entry:
            found[entry["name"]] = expand(entry.get("value", ""), found)
        elif (value := _one_of(entry["valueFrom"], pod, container, sources)) is not None:
            found[entry["name"]] = value
    return found


def _all_of(entry: Object, namespace: str, sources: Sources) -> dict[str, bytes]:
    for kind, reference, read in _references(entry, ("configMapRef", "secretRef"), sources):
        found = read(namespace, reference["name"])
        if found is None and not reference.get("optional"):
            raise ConfigError(f'{kind} "{reference["name"]}" not found')
        return found or {}
    return {}


def _one_of(source: Object, pod: Object, container: Object, sources: Sources) -> str | None:
    if "fieldRef" in source:
        return field_value(pod, source["fieldRef"]["fieldPath"], sources.host_ip)
    if "resourceFieldRef" in source:
        reference = source["resourceFieldRef"]
        other = reference.get("containerName")
        named = [c for c in pod["spec"]["containers"] if c["name"] == other] or [container]
        return resource_value(named[0], reference, sources.allocatable)
    for kind, reference, read in _references(source, ("configMapKeyRef", "secretKeyRef"), sources):
        found = read(pod["metadata"]["namespace"], reference["name"])
        if found is not None and reference["key"] in found:
            return found[reference["key"]].decode()
        if reference.get("optional"):
            return None
        if found is None:
            raise ConfigError(f'{kind} "{reference["name"]}" not found')
        raise ConfigError(f"couldn't find key {reference['key']} in {kind} {reference['name']}")
    raise ConfigError(f"the local nodes do not know valueFrom {', '.join(source)}")


Reader = Callable[[str, str], dict[str, bytes] | None]


def _references(entry: Object, fields: tuple[str, str], sources: Sources) -> Iterator[tuple[str, Object, Reader]]:
    config_map, secret = fields
    if config_map in entry:
        yield "configmap", entry[config_map], sources.config_map
    if secret in entry:
        yield "secret", entry[secret], sources.secret
