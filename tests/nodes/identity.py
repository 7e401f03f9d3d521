"""A node's own identity: what the IAM authenticator of EKS makes of an instance's role."""

import threading
from pathlib import Path

from local.pki import Pki
from nodes.api import Api
from nodes.userdata import NodeConfig

_GROUP = "system:nodes"
_lock = threading.Lock()


def node_api(pki: Pki, name: str, config: NodeConfig, directory: Path) -> Api:
    """The API server that the user data names, trusted by the authority that it gives."""
    authority = directory / "ca.crt"
    authority.write_bytes(config.authority)
    return Api(config.endpoint, authority, _pair(pki, f"system:node:{name}"))


def _pair(pki: Pki, user: str) -> tuple[Path, Path]:
    file = pki.directory / user.replace(":", "-")
    pair = file.with_name(f"{file.name}.crt"), file.with_name(f"{file.name}.key")
    with _lock:
        return pair if all(path.exists() for path in pair) else pki.client(user, _GROUP)
