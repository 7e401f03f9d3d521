"""What the AWS emulator says of its EC2 instances."""

from dataclasses import dataclass, fields
from typing import Any, Self

import requests

# In these states a machine has power; in `pending` it has not booted yet.
_RUNNING = "running"


@dataclass(frozen=True)
class Instance:
    id: str
    account: str
    region: str
    state: str
    private_dns_name: str
    private_ip: str
    type: str
    vcpus: int
    memory_mib: int
    architecture: str
    zone: str
    user_data: str

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        return cls(**{field.name: told[field.name] for field in fields(cls)})

    @property
    def runs(self) -> bool:
        return self.state == _RUNNING


class Emulator:
    def __init__(self, control: str) -> None:
        self._url = f"{control.rstrip('/')}/instances"
        self._http = requests.Session()
        self._http.trust_env = False

    def instances(self) -> list[Instance]:
        answer = self._http.get(self._url, timeout=10)
        answer.raise_for_status()
        return [Instance.read(told) for told in answer.json()["instances"]]
