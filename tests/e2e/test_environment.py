"""An account that is not as it should be: said in plain words, and used as soon as it is mended."""

import json
from collections.abc import Iterator

import pytest

from e2e import manifests
from e2e.account import STAGING, Account
from e2e.kinds import Object, is_ready
from e2e.world import World

OPERATOR = "arn:aws:iam::111111111111:role/cloister-operator"


@pytest.fixture
def staging(world: World) -> Iterator[Account]:
    yield Account(world.endpoints, STAGING)
    world.cluster.delete("Environment", "staging")
    world.cluster.wait_gone("Environment", "staging")


def _told(world: World, manifest: Object, words: str) -> str:
    """Waits until the Environment says these words; the whole message."""
    world.cluster.apply(manifest)

    def is_told(found: Object | None) -> bool:
        return words in (found or {}).get("status", {}).get("message", "")

    found = world.cluster.wait("Environment", "staging", is_told)
    assert found is not None
    assert not is_ready(found)
    message: str = found["status"]["message"]
    return message


def _trust(external_id: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": OPERATOR},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_role_that_does_not_exist_yet_is_used_as_soon_as_it_does(world: World, staging: Account) -> None:
    arn = f"arn:aws:iam::{STAGING}:role/CloisterLate"
    message = _told(world, manifests.staging(roleArn=arn), "cannot assume")
    assert arn in message
    assert "trust policy" in message
    assert "cloister-staging" in message

    staging.iam.create_role(RoleName="CloisterLate", AssumeRolePolicyDocument=_trust("cloister-staging"))
    for name in staging.iam.list_role_policies(RoleName="CloisterProvisioner")["PolicyNames"]:
        given = staging.iam.get_role_policy(RoleName="CloisterProvisioner", PolicyName=name)["PolicyDocument"]
        staging.iam.put_role_policy(RoleName="CloisterLate", PolicyName=name, PolicyDocument=json.dumps(given))
    # The operator itself may only take on provisioners; elsewhere this is the platform team's to grant.
    login = Account(world.endpoints, "111111111111")
    allowed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn}
    login.iam.put_role_policy(
        RoleName="cloister-operator",
        PolicyName="late",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    found = world.cluster.wait_ready("Environment", "staging")
    assert "/CloisterLate/" in found["status"]["assumedRole"]


def test_a_wrong_external_id_is_told_and_works_once_the_account_expects_it(world: World, staging: Account) -> None:
    message = _told(world, manifests.staging(externalId="cloister-mistaken"), "cannot assume")
    assert "sts:ExternalId" in message
    assert "cloister-mistaken" in message

    role = "CloisterProvisioner"
    staging.iam.update_assume_role_policy(RoleName=role, PolicyDocument=_trust("cloister-mistaken"))
    world.cluster.wait_ready("Environment", "staging")
    staging.iam.update_assume_role_policy(RoleName=role, PolicyDocument=_trust("cloister-staging"))


def test_a_missing_subnet_is_named_and_found_once_it_is_declared_rightly(world: World, staging: Account) -> None:
    assert staging.number == STAGING
    network = manifests.staging()["spec"]["network"]
    lacking = network | {"subnetIds": [network["subnetIds"][0], "subnet-0bad0bad0bad0bad0"]}
    message = _told(world, manifests.staging(network=lacking), "subnet-0bad0bad0bad0bad0")
    found = world.cluster.get("Environment", "staging")
    assert any("subnet-0bad0bad0bad0bad0" in sentence for sentence in found["status"]["missing"]), message
    ready = world.onboard(manifests.staging())
    assert "missing" not in ready["status"]


def test_a_tenant_waits_for_an_environment_and_goes_on_by_itself(world: World, staging: Account) -> None:
    assert staging.number == STAGING
    world.cluster.apply(manifests.tenant("early", "inbox", environment="staging"))

    def waits(found: Object | None) -> bool:
        return "Environment staging does not exist" in (found or {}).get("status", {}).get("message", "")

    world.cluster.wait("ClientTenant", "early", waits)
    world.onboard(manifests.staging())
    world.cluster.wait_ready("ClientTenant", "early")

    # An environment cannot leave before its tenants.
    world.cluster.delete("Environment", "staging")

    def is_held(found: Object | None) -> bool:
        return "ClientTenant/early still lives here" in (found or {}).get("status", {}).get("message", "")

    world.cluster.wait("Environment", "staging", is_held)
    world.cluster.delete("ClientTenant", "early")
    world.cluster.wait_gone("ClientTenant", "early")
    world.cluster.wait_gone("Environment", "staging")
