"""The settings of the account itself: tightened, never loosened, and left where others keep them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from drift import detection, guardrails
from drift.guardrails import change_passwords
from e2e import manifests
from e2e.account import STAGING, Account
from e2e.calls import Call
from e2e.kinds import Object, is_ready
from e2e.waiting import until
from e2e.world import World

FIELDS = (
    *("accountPublicAccessBlock", "ebsEncryption", "snapshotBlockPublicAccess", "passwordPolicy"),
    *("guardDuty", "configRecorder"),
)
LEAVE = dict.fromkeys(FIELDS, "Leave")
BLOCK = f"account-public-access-block/{STAGING}"
STRICTER = {"MinimumPasswordLength": 20, "MaxPasswordAge": 30, "HardExpiry": True}
READS = {
    ("config", "DescribeConfigurationRecorderStatus"),
    ("config", "DescribeConfigurationRecorders"),
    ("config", "DescribeDeliveryChannels"),
    ("guardduty", "GetDetector"),
    ("guardduty", "ListDetectors"),
    ("ec2", "GetEbsEncryptionByDefault"),
    ("ec2", "GetSnapshotBlockPublicAccessState"),
    ("iam", "GetAccountPasswordPolicy"),
    ("s3control", "GetPublicAccessBlock"),
}
WRITES = {
    ("config", "PutConfigurationRecorder"),
    ("config", "PutDeliveryChannel"),
    ("config", "StartConfigurationRecorder"),
    ("guardduty", "CreateDetector"),
    ("guardduty", "UpdateDetector"),
    ("iam", "CreateServiceLinkedRole"),
    ("ec2", "EnableEbsEncryptionByDefault"),
    ("ec2", "EnableSnapshotBlockPublicAccess"),
    ("iam", "UpdateAccountPasswordPolicy"),
    ("s3control", "PutPublicAccessBlock"),
}


@pytest.fixture
def staging(world: World) -> Iterator[Account]:
    yield Account(world.endpoints, STAGING)
    for name in ("staging", "staging-west"):
        world.cluster.delete("Environment", name)
        world.cluster.wait_gone("Environment", name)


def _states(aws: Account) -> dict[str, Any]:
    return {kind: read(aws, "") for kind, read in guardrails.READ.items()}


def _detecting(aws: Account) -> tuple[Any, Any]:
    return detection.detector(aws, ""), detection.recorder(aws, "")


def _of_guardrails(world: World, since: int) -> list[Call]:
    calls = [call for call in world.calls.since(since) if f"::{STAGING}:" in call.caller]
    return [call for call in calls if (call.service, call.operation) in READS | WRITES]


def _has_looked(world: World, since: int) -> bool:
    return {(call.service, call.operation) for call in _of_guardrails(world, since)} >= READS


def _passes(world: World, *names: str) -> None:
    """Three looks at each, one after the other."""
    for _ in range(3):
        for name in names:
            since = world.calls.mark(f"pass over {name}")
            world.cluster.poke("Environment", name)
            until("it has been looked at", lambda s=since: _has_looked(world, s))  # type: ignore[misc]


def test_a_new_account_is_guarded_and_stays_so_without_the_environment(world: World, staging: Account) -> None:
    world.onboard(manifests.staging())
    guarded = _states(staging)
    assert all(guarded["account-public-access-block"].values())
    assert guarded["ebs-encryption"] is True
    assert guarded["snapshot-block-public-access"] == "block-all-sharing"
    expected = {"MinimumPasswordLength": 14, "PasswordReusePrevention": 24, "MaxPasswordAge": 90, "HardExpiry": False}
    classes = ("Symbols", "Numbers", "UppercaseCharacters", "LowercaseCharacters")
    expected |= {f"Require{each}": True for each in classes} | {"AllowUsersToChangePassword": True}
    assert expected.items() <= guarded["password-policy"].items()
    watched = guarded["guardduty-detector"]
    assert (
        watched["status"] == watched["features"]["S3_DATA_EVENTS"] == watched["features"]["EKS_AUDIT_LOGS"] == "ENABLED"
    )
    # Tenants' keys let nobody else at volumes, and nobody has asked for it.
    assert watched["features"]["EBS_MALWARE_PROTECTION"] == "DISABLED"
    recorded = guarded["config-recorder"]
    assert (recorded["recording"], recorded["channel"][0]["s3BucketName"]) == (
        [True],
        f"cloister-logs-{STAGING}-REGION",
    )
    assert recorded["recorder"][0]["recordingGroup"]["includeGlobalResourceTypes"]

    world.cluster.delete("Environment", "staging")
    world.cluster.wait_gone("Environment", "staging")
    assert _states(staging) == guarded


def test_a_stricter_password_policy_is_kept_and_only_what_is_loose_is_mended(world: World, staging: Account) -> None:
    world.onboard(manifests.staging())
    change_passwords(staging, **STRICTER)
    since = world.calls.mark("stricter")
    _passes(world, "staging")
    assert [c.line for c in _of_guardrails(world, since) if c.mutating] == []
    assert is_ready(world.cluster.get("Environment", "staging"))

    before = guardrails.passwords(staging, "")
    change_passwords(staging, RequireSymbols=False, PasswordReusePrevention=1)
    world.cluster.poke("Environment", "staging")
    until("it is as before", lambda: guardrails.passwords(staging, "") == before)
    assert STRICTER.items() <= before.items()
    staging.iam.delete_account_password_policy()


def test_two_environments_of_one_account_want_the_same_of_it(world: World, staging: Account) -> None:
    change_passwords(staging, **STRICTER)
    world.onboard(manifests.staging())
    # Its network is elsewhere, so it is never Ready; what it wants of the account does not wait for that.
    west = manifests.staging(region="us-west-2", adopt=["s3-bucket/cloister-logs-333333333333-us-west-2"])
    west["metadata"]["name"] = "staging-west"
    world.cluster.apply(west)
    there = staging.in_region("us-west-2")
    until("the other region is guarded", lambda: _states(there) == _states(staging))
    since = world.calls.mark("two of one account")
    _passes(world, "staging", "staging-west")
    assert [c.line for c in _of_guardrails(world, since) if c.mutating] == []
    assert STRICTER.items() <= guardrails.passwords(staging, "").items()
    staging.iam.delete_account_password_policy()


def test_what_is_left_to_the_organisation_is_neither_looked_at_nor_changed(world: World, staging: Account) -> None:
    world.onboard(manifests.staging())
    staging.ec2.disable_ebs_encryption_by_default()
    staging.s3control.delete_public_access_block(AccountId=STAGING)
    world.onboard(manifests.staging(guardrails=LEAVE))
    since = world.calls.mark("left")
    world.cluster.poke("Environment", "staging")
    until("it has been looked at", lambda: any(f"::{STAGING}:" in c.caller for c in world.calls.since(since)))
    world.cluster.wait_ready("Environment", "staging")
    assert _of_guardrails(world, since) == []
    assert guardrails.encryption(staging, "") is False
    named = [one["id"] for one in world.cluster.get("Environment", "staging")["status"]["resources"]]
    assert not any(one.split("/")[0] in guardrails.READ for one in named)


def test_what_an_organisation_watches_and_records_counts_and_is_not_fought_with(world: World, staging: Account) -> None:
    detection.forget(staging)
    made = staging.guardduty.create_detector(Enable=True)["DetectorId"]
    off = [{"Name": "EKS_AUDIT_LOGS", "Status": "DISABLED"}]
    staging.guardduty.update_detector(DetectorId=made, Features=off)
    staging.guardduty.accept_administrator_invitation(DetectorId=made, AdministratorId="9" * 12, InvitationId="x")
    name = "aws-controltower-BaselineConfigRecorder"
    role = f"arn:aws:iam::{STAGING}:role/CloisterProvisioner"  # any but AWS Config's own
    daily = {"recordingFrequency": "DAILY"}
    everything = {"allSupported": True, "includeGlobalResourceTypes": False}
    recorder = {"name": name, "roleARN": role, "recordingGroup": everything, "recordingMode": daily}
    staging.config.put_configuration_recorder(ConfigurationRecorder=recorder)
    channel = {"name": "aws-controltower-BaselineConfigDeliveryChannel", "s3BucketName": detection.elsewhere(staging)}
    staging.config.put_delivery_channel(DeliveryChannel=channel)
    staging.config.start_configuration_recorder(ConfigurationRecorderName=name)
    before = _detecting(staging)
    since = world.calls.mark("an organisation's")
    world.onboard(manifests.staging())
    written = {c.service for c in _of_guardrails(world, since) if c.mutating}
    assert not written & {"config", "guardduty"}
    assert _detecting(staging) == before

    staging.config.stop_configuration_recorder(ConfigurationRecorderName=name)
    world.cluster.poke("Environment", "staging")
    until("it records again, and is as it was", lambda: _detecting(staging) == before)
    # Whoever writes a recorder passes its role, and this one is not the operator's to pass.
    narrow = {"allSupported": False, "resourceTypes": ["AWS::EC2::Instance"]}
    staging.config.put_configuration_recorder(ConfigurationRecorder=recorder | {"recordingGroup": narrow})
    world.cluster.poke("Environment", "staging")
    told = "guardrails.configRecorder to Leave"
    world.cluster.wait("Environment", "staging", lambda found: told in (found or {})["status"].get("message", ""))
    detection.forget(staging)


def test_a_denied_guardrail_is_told_and_stops_no_tenant(world: World, staging: Account) -> None:
    """As a service control policy would deny it."""
    staging.s3control.delete_public_access_block(AccountId=STAGING)
    deny = {"Effect": "Deny", "Action": "s3:PutAccountPublicAccessBlock", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    staging.iam.put_role_policy(RoleName="CloisterProvisioner", PolicyName="forbidden", PolicyDocument=text)
    world.cluster.apply(manifests.staging())

    def is_told(found: Object | None) -> bool:
        message = (found or {}).get("status", {}).get("message", "")
        return BLOCK in message and "guardrails.accountPublicAccessBlock to Leave" in message

    found = world.cluster.wait("Environment", "staging", is_told)
    assert found is not None
    stalled = {c["type"]: c for c in found["status"]["conditions"]}["Stalled"]
    assert (stalled["status"], stalled["reason"]) == ("True", "AccessDenied")
    world.onboard(manifests.tenant("guarded", "inbox", environment="staging"))
    assert not is_ready(world.cluster.get("Environment", "staging"))

    staging.iam.delete_role_policy(RoleName="CloisterProvisioner", PolicyName="forbidden")
    ready = world.cluster.wait_ready("Environment", "staging")
    assert not any(record["resource"] == BLOCK for record in ready["status"].get("recentDrift", []))
    assert all(guardrails.block(staging, "").values())
    world.cluster.delete("ClientTenant", "guarded")
    world.cluster.wait_gone("ClientTenant", "guarded")
