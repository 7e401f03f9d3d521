"""What the tests of Redshift have in common."""

from typing import Any

from aws.conftest import Emulator

SUBNETS = ["subnet-0c10157e2000000a1", "subnet-0c10157e2000000b1"]
GIVEN = {
    "ClusterIdentifier": "cloister-acme",
    "NodeType": "ra3.large",
    "MasterUsername": "acme_admin",
    "ManageMasterPassword": True,
}


def tags(owner: str) -> list[dict[str, str]]:
    return [
        {"Key": "cloister.dev/managed-by", "Value": "cloister"},
        {"Key": "cloister.dev/owner-uid", "Value": owner},
    ]


def create(redshift: Any, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = redshift.create_cluster(**GIVEN | more)["Cluster"]
    return made


def seen(redshift: Any, name: str = "cloister-acme") -> dict[str, Any]:
    found: dict[str, Any] = redshift.describe_clusters(ClusterIdentifier=name)["Clusters"][0]
    return found


def status(redshift: Any, name: str = "cloister-acme") -> str:
    return str(seen(redshift, name)["ClusterStatus"])


def slow(aws: Emulator, *statuses: str) -> None:
    """These changes last until the test says that they are over."""
    aws.control("POST", "/redshift", dict.fromkeys(statuses, 3600))


def finish(aws: Emulator) -> None:
    aws.control("POST", "/redshift/finish")
