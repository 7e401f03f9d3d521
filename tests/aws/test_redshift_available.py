"""What those that run statements are told of a cluster, and what lags behind when visibility does."""

import itertools
from typing import Any
from urllib.parse import urlencode

import pytest

from aws import operations, seed
from aws.accounts import PRODUCTION, REGION
from aws.call import understand
from aws.conftest import Emulator, refused
from aws.errors import AwsError
from aws.message import Request
from aws.principals import PRINCIPALS
from aws.redshift import clock
from aws.redshift.cluster import require_available
from aws.redshift_world import GIVEN, create, seen, status
from aws.registry import HANDLERS
from aws.sts import session_of

assert operations.OURS  # imported for its effect: it registers the handlers
NUMBERS = itertools.count(1)
SCOPE = f"AWS4-HMAC-SHA256 Credential=AKIA/20260101/{REGION}/redshift/aws4_request"


@pytest.fixture
def instant() -> None:
    seed.reset()
    clock.configure({"default": 0})


def do(action: str, **given: Any) -> None:
    """Within this process, as the front does it."""
    flat = {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
    body = urlencode({"Action": action, "Version": "2012-10-17"} | flat).encode()
    call = understand(Request("POST", "/", {"authorization": SCOPE}, body, True))
    call.request_id = f"{next(NUMBERS)}"
    call.caller = PRINCIPALS.issue(session_of(PRODUCTION.account, "admin", "test")).caller
    HANDLERS["redshift", action](call)


def found() -> Any:
    return require_available(PRODUCTION.account, REGION, "cloister-acme")


@pytest.mark.usefixtures("instant")
def test_what_is_told() -> None:
    do("CreateClusterParameterGroup", ParameterGroupName="g", ParameterGroupFamily="redshift-2.0", Description="d")
    do("CreateCluster", **GIVEN, DBName="acme", ClusterParameterGroupName="g", EnhancedVpcRouting=True)
    told = found()
    assert (told.database, told.master_user, told.roles, told.key) == ("acme", "acme_admin", (), "")
    assert (told.requires_tls, told.logs_user_activity, told.enhanced_vpc_routing) == (True, False, True)


@pytest.mark.usefixtures("instant")
def test_tls_is_required_as_of_the_last_start() -> None:
    """A static parameter counts from the reboot on."""
    do("CreateClusterParameterGroup", ParameterGroupName="g", ParameterGroupFamily="redshift-2.0", Description="d")
    do("CreateCluster", **GIVEN, ClusterParameterGroupName="g")
    assert found().requires_tls
    parameter = {
        "Parameters.Parameter.1.ParameterName": "require_ssl",
        "Parameters.Parameter.1.ParameterValue": "false",
    }
    do("ModifyClusterParameterGroup", ParameterGroupName="g", **parameter)
    assert found().requires_tls
    do("RebootCluster", ClusterIdentifier="cloister-acme")
    assert not found().requires_tls


@pytest.mark.usefixtures("instant")
def test_what_cannot_be_queried() -> None:
    with pytest.raises(AwsError, match="ClusterNotFound"):
        found()
    clock.configure({"creating": 3600})
    do("CreateCluster", **GIVEN)
    with pytest.raises(AwsError, match="InvalidClusterState"):
        found()


def test_a_late_view_of_a_cluster(aws: Emulator) -> None:
    aws.control("POST", "/redshift", {"default": 0})
    redshift = aws.client("redshift")
    aws.control("POST", "/faults", {"kind": "delayed_visibility", "operation": "CreateCluster", "ms": 3_600_000})
    create(redshift)
    with refused("ClusterNotFound"):
        seen(redshift)
    with refused("ClusterAlreadyExists"):
        create(redshift)


def test_a_change_lost_on_the_way_was_made(aws: Emulator) -> None:
    aws.control("POST", "/redshift", {"default": 0})
    redshift = aws.client("redshift")
    aws.control("POST", "/faults", {"kind": "throttle", "service": "redshift"})
    with refused("Throttling", 400):
        create(redshift)
    aws.control("POST", "/faults", {"kind": "answer_lost", "operation": "CreateCluster"})
    with pytest.raises(Exception, match="closed"):
        create(redshift)
    assert status(redshift) == "available"
    (entry,) = aws.calls(operation="CreateCluster", fault="answer_lost")[-1:]
    assert (entry["resource"], entry["mutating"]) == ("cloister-acme", True)
