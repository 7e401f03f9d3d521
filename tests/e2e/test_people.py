"""Roles for people: nobody takes one on without a fresh second factor, and none lets see PHI or touch audit data."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from drift.snapshot import snapshot
from e2e import manifests
from e2e.account import AUDIT, PRODUCTION, Account
from e2e.kinds import Object
from e2e.refusal import DENIED, refused
from e2e.waiting import until
from e2e.world import World

LOGIN = "111111111111"
ROLES = ("engineer", "auditor", "break-glass")
BUCKET = "cloister-audit-444444444444"
TOPIC = f"arn:aws:sns:us-east-1:{PRODUCTION}:security"
DEVICE = {"SerialNumber": f"arn:aws:iam::{LOGIN}:mfa/ada", "TokenCode": "123456"}


def _name(role: str) -> str:
    return f"cloister-people-production-{role}"


def _arn(role: str) -> str:
    return f"arn:aws:iam::{PRODUCTION}:role/cloister/{_name(role)}"


@pytest.fixture
def people(world: World) -> Iterator[Account]:
    """The administrator of the login account, where people have their users."""
    asked = {"people": {"loginAccountId": LOGIN}, "audit": {"alarmTopicArn": TOPIC}}
    world.cluster.patch("Environment", "production", {"spec": asked})
    until("the roles stand", lambda: _standing(world), lambda found: len(found) == len(ROLES))
    world.cluster.wait_ready("Environment", "production")
    yield Account(world.endpoints, LOGIN)
    gone = {"people": None, "audit": {"alarmTopicArn": None}}
    world.cluster.patch("Environment", "production", {"spec": gone})
    until("they go with the wish for them", lambda: _standing(world), lambda found: found == [])
    world.cluster.wait_ready("Environment", "production")


def _standing(world: World) -> list[str]:
    roles = world.aws.iam.list_roles(PathPrefix="/cloister/")["Roles"]
    return [role["RoleName"] for role in roles if "-people-" in role["RoleName"]]


def _session(world: World, person: Account, role: str) -> boto3.Session:
    sts: Any = person.sts
    given = sts.assume_role(RoleArn=_arn(role), RoleSessionName="ada", **DEVICE)["Credentials"]
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name="us-east-1",
    )


def _client(world: World, session: boto3.Session, service: str) -> Any:
    once = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return session.client(service, endpoint_url=world.endpoints.secure, config=once)  # type: ignore[call-overload]


def test_a_role_is_taken_on_with_a_fresh_second_factor_or_not_at_all(world: World, people: Account) -> None:
    sts: Any = people.sts
    strangers: Any = Account(world.endpoints, AUDIT).sts
    for role in ROLES:
        wish = {"RoleArn": _arn(role), "RoleSessionName": "ada"}
        with refused(*DENIED):
            sts.assume_role(**wish)
        with refused(*DENIED):
            strangers.assume_role(**wish, SerialNumber=f"arn:aws:iam::{AUDIT}:mfa/eve", TokenCode="123456")
        assert sts.assume_role(**wish, **DEVICE)["Credentials"]
        with refused("ValidationError"):
            sts.assume_role(**wish, **DEVICE, DurationSeconds=7200)


def test_an_engineer_sees_settings_and_an_auditor_logs_and_neither_phi(world: World, people: Account) -> None:
    world.onboard(manifests.tenant("seen", "inbox"))
    bucket = world.cluster.get("IngestBucket", "inbox", "seen")["status"]["bucketName"]
    for role in ("engineer", "auditor"):
        session = _session(world, people, role)
        s3 = _client(world, session, "s3")
        assert s3.get_bucket_encryption(Bucket=bucket)
        assert _client(world, session, "ec2").describe_instances() is not None
        with refused(*DENIED):
            s3.list_objects_v2(Bucket=bucket)
        with refused(*DENIED):
            s3.get_object(Bucket=bucket, Key="claims.csv")
        with refused(*DENIED):
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


def test_in_an_emergency_all_is_open_but_what_tells_of_it(world: World, people: Account) -> None:
    session = _session(world, people, "break-glass")
    s3, trail, iam = (_client(world, session, service) for service in ("s3", "cloudtrail", "iam"))
    assert s3.list_buckets()["Buckets"]
    anybody = {"Effect": "Allow", "Principal": {"AWS": LOGIN}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [anybody]}
    with refused(*DENIED):
        s3.list_objects_v2(Bucket=BUCKET)
    with refused(*DENIED):
        trail.stop_logging(Name="cloister-production")
    with refused(*DENIED):
        iam.delete_role_permissions_boundary(RoleName=_name("break-glass"))
    with refused(*DENIED):
        iam.create_role(RoleName="way-out", AssumeRolePolicyDocument=json.dumps(trust))
    with refused(*DENIED):
        _client(world, session, "sts").assume_role(RoleArn=_arn("engineer"), RoleSessionName="ada")


def test_its_use_raises_an_alarm(world: World, people: Account) -> None:
    assert people.number == LOGIN
    prefix = "cloister-alarm-production-break-glass-"
    (alarm,) = world.aws.cloudwatch.describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]
    assert alarm["AlarmActions"] == [TOPIC]
    (group,) = world.aws.logs.describe_log_groups(logGroupNamePrefix="/cloister/environment/production/")["logGroups"]
    filters = world.aws.logs.describe_metric_filters(logGroupName=group["logGroupName"])["metricFilters"]
    (pattern,) = [one["filterPattern"] for one in filters if prefix in one["filterName"]]
    assert _arn("break-glass") in pattern


def test_what_is_done_to_them_is_undone(world: World, people: Account) -> None:
    assert people.number == LOGIN
    iam: Any = world.aws.iam
    name = _name("break-glass")
    was = snapshot(world.aws, world.cluster, f"iam-role/{name}")
    trust: Object = json.loads(json.dumps(was[0]))
    del trust["Statement"][0]["Condition"]
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
    iam.delete_role_permissions_boundary(RoleName=name)
    world.cluster.poke("Environment", "production")
    until("it is as before", lambda: snapshot(world.aws, world.cluster, f"iam-role/{name}"), lambda now: now == was)
