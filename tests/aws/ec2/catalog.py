"""The instance types and images that there are: few, but with the figures of AWS.

https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html, co.html and mo.html
https://aws.amazon.com/ec2/dedicated-hosts/pricing/ for sockets and cores of hosts
"""

from collections.abc import Iterator
from dataclasses import dataclass

from aws.errors import AwsError


@dataclass(frozen=True, slots=True)
class Type:
    name: str
    vcpus: int
    mebibytes: int
    clock: float  # GHz, sustained
    network: str
    interfaces: int
    addresses: int  # IPv4, of each interface
    current: bool = True
    burstable: bool = False
    architecture: str = "x86_64"

    @property
    def family(self) -> str:
        return self.name.partition(".")[0]

    @property
    def hosts(self) -> bool:
        return self.family in HOSTS


@dataclass(frozen=True, slots=True)
class HostKind:
    sockets: int
    cores: int
    vcpus: int


HOSTS = {
    "m5": HostKind(2, 48, 96), "r5": HostKind(2, 48, 96), "c5": HostKind(2, 36, 72),
    "m6i": HostKind(2, 64, 128), "r6i": HostKind(2, 64, 128), "c6i": HostKind(2, 64, 128),
}  # fmt: skip
FAMILIES = (  # name, GiB of memory per vCPU, GHz, network, current generation
    ("m5", 4, 3.1, "Up to 10 Gigabit", False),
    ("r5", 8, 3.1, "Up to 10 Gigabit", False),
    ("c5", 2, 3.4, "Up to 10 Gigabit", False),
    ("m6i", 4, 3.5, "Up to 12.5 Gigabit", True),
    ("r6i", 8, 3.5, "Up to 12.5 Gigabit", True),
    ("c6i", 2, 3.5, "Up to 12.5 Gigabit", True),
)
SIZES = (("large", 2, 3, 10), ("xlarge", 4, 4, 15), ("2xlarge", 8, 4, 15), ("4xlarge", 16, 8, 30))


def _types() -> Iterator[Type]:
    for family, memory, clock, network, current in FAMILIES:
        for size, vcpus, interfaces, addresses in SIZES:
            mebibytes = vcpus * memory * 1024
            yield Type(f"{family}.{size}", vcpus, mebibytes, clock, network, interfaces, addresses, current)
    yield Type("t3.medium", 2, 4096, 2.5, "Up to 5 Gigabit", 3, 6, True, True)
    yield Type("m6g.large", 2, 8192, 2.5, "Up to 10 Gigabit", 3, 10, True, False, "arm64")


TYPES = {each.name: each for each in _types()}


def type_named(name: str) -> Type:
    found = TYPES.get(name)
    if found is None:
        message = f"The following supplied instance types do not exist: [{name}]"
        raise AwsError("InvalidInstanceType", message)
    return found


@dataclass(frozen=True, slots=True)
class Image:
    identifier: str
    name: str
    description: str
    created: str
    architecture: str = "x86_64"
    owner: str = "137112412989"  # Amazon's
    root: str = "/dev/xvda"
    gibibytes: int = 8
    imds: str = "v2.0"  # "the default" for AL2023: tokens required, hop limit 2

    @property
    def snapshot(self) -> str:
        return "snap-" + self.identifier.removeprefix("ami-")


# The first is the one to use; the second is newer, for drift of images.
IMAGES = {
    each.identifier: each
    for each in (
        Image(
            "ami-0c10157e000000001",
            "al2023-ami-2023.9.20260915.0-kernel-6.12-x86_64",
            "Amazon Linux 2023 AMI 2023.9.20260915.0 x86_64 HVM kernel-6.12",
            "2026-09-15T00:00:00.000Z",
        ),
        Image(
            "ami-0c10157e000000002",
            "al2023-ami-2023.9.20261101.0-kernel-6.12-x86_64",
            "Amazon Linux 2023 AMI 2023.9.20261101.0 x86_64 HVM kernel-6.12",
            "2026-11-01T00:00:00.000Z",
        ),
        Image(
            "ami-0c10157e0000000a4",
            "al2023-ami-2023.9.20261101.0-kernel-6.12-arm64",
            "Amazon Linux 2023 AMI 2023.9.20261101.0 arm64 HVM kernel-6.12",
            "2026-11-01T00:00:00.000Z",
            architecture="arm64",
        ),
    )
}
