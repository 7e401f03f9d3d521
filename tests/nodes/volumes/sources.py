"""What is in a configMap, secret, downwardAPI or projected volume."""

from collections.abc import Callable

from nodes.api import Object
from nodes.environment import Sources
from nodes.fields import field_value, resource_value
from nodes.problems import ConfigError
from nodes.volumes.atomic import File
from nodes.volumes.tokens import Tokens

_MODE = 0o644


class Contents:
    """Of the volumes of one pod."""

    def __init__(self, pod: Object, sources: Sources, tokens: Tokens) -> None:
        self._pod = pod
        self._sources = sources
        self._tokens = tokens
        self._namespace = pod["metadata"]["namespace"]

    def of(self, volume: Object) -> dict[str, File]:
        if "configMap" in volume:
            return self._config_map(volume["configMap"], volume["configMap"].get("defaultMode", _MODE))
        if "secret" in volume:
            secret = volume["secret"]
            named = {**secret, "name": secret["secretName"]}
            return self._secret(named, secret.get("defaultMode", _MODE))
        if "downwardAPI" in volume:
            return self._downward(volume["downwardAPI"], volume["downwardAPI"].get("defaultMode", _MODE))
        return self._projected(volume["projected"])

    def _projected(self, projected: Object) -> dict[str, File]:
        mode = projected.get("defaultMode", _MODE)
        kinds: dict[str, Callable[[Object, int], dict[str, File]]] = {
            "configMap": self._config_map,
            "secret": self._secret,
            "downwardAPI": self._downward,
            "serviceAccountToken": self._token,
        }
        found: dict[str, File] = {}
        for source in projected.get("sources", []):
            for kind, given in source.items():
                if kind not in kinds:
                    raise ConfigError(f"the local nodes do not know projected volumes of {kind}")
                found |= kinds[kind](given, mode)
        return found

    def _config_map(self, given: Object, mode: int) -> dict[str, File]:
        found = self._sources.config_map(self._namespace, given["name"])
        return _picked(f'configmap "{given["name"]}"', found, given, mode)

    def _secret(self, given: Object, mode: int) -> dict[str, File]:
        found = self._sources.secret(self._namespace, given["name"])
        return _picked(f'secret "{given["name"]}"', found, given, mode)

    def _downward(self, given: Object, mode: int) -> dict[str, File]:
        return {item["path"]: File(self._described(item).encode(), item.get("mode", mode)) for item in given["items"]}

    def _described(self, item: Object) -> str:
        if "fieldRef" in item:
            return field_value(self._pod, item["fieldRef"]["fieldPath"], self._sources.host_ip)
        reference = item["resourceFieldRef"]
        named = [c for c in self._pod["spec"]["containers"] if c["name"] == reference["containerName"]]
        return resource_value(named[0], reference, self._sources.allocatable)

    def _token(self, given: Object, mode: int) -> dict[str, File]:
        token = self._tokens.get(self._pod, given.get("audience", ""), given.get("expirationSeconds", 3600))
        user = _only_user(self._pod)
        # As kubelet does: for its one user alone, or for everybody in the pod.
        return {given["path"]: File(token.encode(), mode if user is None else 0o600, user or 0)}


def _only_user(pod: Object) -> int | None:
    spec = pod["spec"]
    general = spec.get("securityContext", {})
    if "fsGroup" in general:
        return None
    containers = [*spec.get("initContainers", []), *spec["containers"]]
    users = {c.get("securityContext", {}).get("runAsUser", general.get("runAsUser")) for c in containers}
    only: int | None = users.pop()
    return only if not users else None


def _picked(what: str, found: dict[str, bytes] | None, given: Object, mode: int) -> dict[str, File]:
    if found is None:
        if given.get("optional"):
            return {}
        raise ConfigError(f"{what} not found")
    if not given.get("items"):
        return {key: File(content, mode) for key, content in found.items()}
    missing = [item["key"] for item in given["items"] if item["key"] not in found]
    if missing and not given.get("optional"):
        raise ConfigError(f"{what} has no key {', '.join(missing)}")
    return {
        item["path"]: File(found[item["key"]], item.get("mode", mode))
        for item in given["items"]
        if item["key"] in found
    }
