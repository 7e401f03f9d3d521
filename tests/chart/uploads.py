"""The upload API as the chart installs it: a certificate, a key for receipts and a provider come from here."""

import base64
from functools import cached_property
from typing import Any

import requests
import yaml
from requests.adapters import HTTPAdapter

from aws import accounts
from chart.helm import NAMESPACE
from chart.installed import Installed, of_program, values
from e2e import rights
from e2e.kinds import Object
from e2e.loopback import HTTP
from local import uploads
from local.pki import Pki
from local.provider import Provider
from upload.api.caller import Caller, device_login
from upload.api.server import BINARY

_REPOSITORY = "registry.example/cloister-upload-api"
_DIGEST = "sha256:" + "3" * 64
# Of the certificate; the pods' addresses are not known before.
_HOST = "localhost"
_PORT = 9443


class Uploads:
    def __init__(self, site: Installed) -> None:
        self.site = site
        platform = site.world.platform
        self.provider = Provider(platform.directory, platform.processes).start()
        known = yaml.safe_load(platform.nodes.images.read_text())
        known[f"{_REPOSITORY}@{_DIGEST}"] = of_program(BINARY, platform)
        platform.nodes.images.write_text(yaml.safe_dump(known))
        self._pki = Pki.open(platform.directory / "pki")
        certificate, key = (self._pki.directory / f"apiserver.{end}" for end in ("crt", "key"))
        self._secret("upload-tls", {"tls.crt": certificate.read_bytes(), "tls.key": key.read_bytes()})
        self._secret("receipts", {"receipt.pem": uploads.receipt_key(platform.directory).read_bytes()})

    def _secret(self, name: str, data: dict[str, bytes]) -> None:
        told = {key: base64.b64encode(value).decode() for key, value in data.items()}
        meta = {"name": name, "namespace": NAMESPACE}
        self.site.world.cluster.apply({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": told})

    def values(self) -> Object:
        told = {
            "enabled": True,
            "image": {"repository": _REPOSITORY, "digest": _DIGEST},
            "url": f"https://{_HOST}:{_PORT}",
            "roleArn": accounts.role_arn(accounts.LOGIN, accounts.UPLOAD_ROLE),
            "oidc": {"issuer": self.provider.issuer},
            "tls": {"secretName": "upload-tls"},
            "receiptKey": {"secretName": "receipts"},
            # The nodes' pods share this machine's network, which has no load balancer.
            "listenAddress": "$(POD_IP)",
            "service": {"type": "ClusterIP"},
            "drainSeconds": 1,
        }
        return values("first") | {"uploadApi": told}

    def pods(self) -> list[Object]:
        return [pod for pod in self.site.pods("upload-api") if pod["status"].get("podIP")]

    @cached_property
    def _token(self) -> str:
        token: str = device_login(self.provider, "ann")["access_token"]
        return token

    def ann(self, pod: Object) -> Caller:
        """As she asks this one."""
        url = f"https://{pod['status']['podIP']}:{_PORT}"
        HTTP.mount(url, _Named())
        return Caller(url, self._token, verify=str(self._pki.authority))

    def plain(self, pod: Object) -> int:
        """What is answered without TLS."""
        try:
            return HTTP.get(f"http://{pod['status']['podIP']}:{_PORT}/readyz", timeout=5).status_code
        except requests.ConnectionError:
            return 0

    def unlike_its_rights(self) -> set[Any]:
        """What it did not use, and what it was denied."""
        audit = self.site.world.platform.control_plane.audit()
        unused = rights.held("upload-rules") - rights.used(audit, rights.UPLOAD_USER)
        return unused | set(self.site.denied(rights.UPLOAD))


class _Named(HTTPAdapter):
    """The certificate is of a name that leads elsewhere here."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more, server_hostname=_HOST, assert_hostname=_HOST)
