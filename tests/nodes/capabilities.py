"""Linux capabilities of containers: containerd's defaults, as the pod changes them.

Numbers: linux/capability.h. Defaults: https://github.com/containerd/containerd/blob/main/pkg/oci/spec.go
"""

from nodes.api import Object
from nodes.problems import ConfigError

_NUMBERS = {
    "CHOWN": 0,
    "DAC_OVERRIDE": 1,
    "FOWNER": 3,
    "FSETID": 4,
    "KILL": 5,
    "SETGID": 6,
    "SETUID": 7,
    "SETPCAP": 8,
    "NET_BIND_SERVICE": 10,
    "NET_RAW": 13,
    "SYS_CHROOT": 18,
    "MKNOD": 27,
    "AUDIT_WRITE": 29,
    "SETFCAP": 31,
}


def capabilities(security: Object) -> list[int]:
    changes = security.get("capabilities", {})
    dropped, added = set(changes.get("drop", [])), set(changes.get("add", []))
    if unknown := added - set(_NUMBERS):
        raise ConfigError(f"the local nodes do not give the capabilities {', '.join(sorted(unknown))}")
    kept = set() if "ALL" in dropped else set(_NUMBERS) - dropped
    return sorted(_NUMBERS[name] for name in kept | added)
