"""Every managed field of every resource is repaired or reported. The fields come from the types."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drift.access import flip_key, flip_policy, flip_role
from drift.fields import EVERYTHING, listed
from drift.guardrails import READ as GUARDRAILS
from drift.guardrails import flip_guardrail
from drift.machines import flip_profile, flip_template
from drift.objects import IDENTITY, KINDS, flip_object, located
from drift.patterns import is_in
from drift.rounds import Rounds
from drift.snapshot import snapshot
from drift.storage import flip_bucket, flip_queue
from drift.warehouse import RECOVERY
from e2e.account import Account
from e2e.waiting import until
from e2e.world import World, running_world

TENANT = "matrix"
# AWS or the API server refuses these flips, to everybody: they cannot drift.
REFUSED = [
    "*kms-key/* policy.AdministeredByIam.*",  # the lockout check
    "*kms-key/* policy.GuardedAgainstLoss.*",  # principal or resource that would lock everybody out
    "s3-bucket/* policy.*.effect",  # a public policy, blocked
    "replica-bucket/* policy.*.effect",
    "s3-bucket/* policy.ConfigLooks.resource",  # actions of a bucket, on objects
    "*-bucket/*-locked-* versioning",  # Object Lock holds it
    "rolebinding/* roleRef.*",  # immutable in Kubernetes
    "ingestbucket/* spec.adopt",  # a CEL rule
    "ingestbucket/* metadata.labels.*",
]
# Whose it is can no longer be proven, or the operator itself is kept out: said, and left.
REPORTED = [
    "* tags.cloister.dev/owner-uid",
    "*kms-key/* tags.cloister.dev/resource-name",
    "* metadata.ownerReferences",
    "* policy.DenyInsecureTransport.condition.*",
    "*-bucket/* policy.DenyOtherAccounts.condition.StringNotEquals.*",
]


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    # A shared read may be a quarter of the sweep old, so the sweep is short although each flip is pointed at.
    with running_world(Path(tmp_path_factory.mktemp("matrix")), sweep_seconds=8) as world:
        world.onboard(EVERYTHING)
        yield world


def _flip(world: World, resource: str, path: str, spare: dict[str, str]) -> None:
    kind, _, name = resource.partition("/")
    if kind in KINDS:
        return flip_object(world.cluster, KINDS[kind], name, path)
    aws, there = world.aws, world.aws.in_region(RECOVERY)
    if kind in GUARDRAILS:
        return flip_guardrail(aws, kind, path)
    return {
        "s3-bucket": lambda: flip_bucket(aws, name, path, spare["key"]),
        "replica-bucket": lambda: flip_bucket(there, name, path, spare["there"]),
        "sqs-queue": lambda: flip_queue(aws, name, path, spare["key"]),
        "kms-key": lambda: flip_key(aws, name, path),
        "recovery-kms-key": lambda: flip_key(there, name, path),
        "iam-policy": lambda: flip_policy(aws, name, path),
        "iam-role": lambda: flip_role(aws, name, path, spare["policy"]),
        "iam-instance-profile": lambda: flip_profile(aws, name, path),
        "ec2-launch-template": lambda: flip_template(aws, name, path),
    }[kind]()


def _poke(world: World) -> None:
    world.cluster.poke("Environment", "production")
    world.cluster.poke("ClientTenant", TENANT)
    for bucket in ("plain", "locked"):
        world.cluster.poke("IngestBucket", bucket, TENANT)


def _spare(aws: Account) -> dict[str, str]:
    kms: Any = aws.kms
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{aws.number}:root"}}
    s3 = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}}
    everything = {"Action": "kms:*", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement | everything, s3 | everything]})
    key = kms.create_key(Policy=text)["KeyMetadata"]["Arn"]
    far: Any = aws.in_region(RECOVERY).kms
    there = far.create_key(Policy=text)["KeyMetadata"]["Arn"]
    nothing = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [nothing]})
    iam: Any = aws.iam
    stray = iam.create_policy(PolicyName="stray", PolicyDocument=document)["Policy"]["Arn"]
    return {"key": key, "there": there, "policy": stray}


def _resources(world: World) -> dict[str, list[str]]:
    """The suffix of names is known only now."""
    status = world.cluster.get("IngestBucket", "plain", TENANT)["status"]
    suffix = status["bucketName"].rpartition("-")[2]
    return {resource.replace("xxxxxxxx", suffix): paths for resource, paths in listed(EVERYTHING).items()}


def test_every_managed_field_is_repaired_or_reported(matrix: World) -> None:
    resources = _resources(matrix)
    spare = _spare(matrix.aws)
    todo = {r: [p for p in paths if p not in IDENTITY and not is_in(REPORTED, r, p)] for r, paths in resources.items()}
    assert sum(map(len, todo.values())) > 250
    rounds = Rounds(
        flip=lambda resource, path: _flip(matrix, resource, path, spare),
        look=lambda resource: snapshot(matrix.aws, matrix.cluster, resource),
        poke=lambda: _poke(matrix),
        is_refused=lambda resource, path: is_in(REFUSED, resource, path),
        is_watched=lambda resource: resource.split("/")[0] in KINDS,
    )
    assert rounds.run(todo) == []


def test_what_cannot_be_repaired_is_reported(matrix: World) -> None:
    resources = _resources(matrix)
    todo = [(r, p) for r, paths in resources.items() for p in paths if p not in IDENTITY and is_in(REPORTED, r, p)]
    assert len(todo) > 25
    # Out of a queue's own policy only AWS's root session helps (sts:AssumeRoot), so these come last.
    todo.sort(key=lambda one: _is_for_good(*one))
    for resource, path in todo:
        before = snapshot(matrix.aws, matrix.cluster, resource)
        undo = _undo(matrix, resource)
        _flip(matrix, resource, path, {"key": "", "there": "", "policy": ""})
        _poke(matrix)
        told = f"{resource} {path} is told of"
        until(told, lambda r=resource: any(r in said for said in _messages(matrix)))  # type: ignore[misc]
        if _is_for_good(resource, path):
            continue
        undo()
        _poke(matrix)
        again = f"{resource} {path} is as before once it is given back"
        until(
            again,
            lambda r=resource: snapshot(matrix.aws, matrix.cluster, r),  # type: ignore[misc]
            lambda now, b=before: bool(now == b),  # type: ignore[misc]
        )


def _is_for_good(resource: str, path: str) -> bool:
    return resource.startswith("sqs-queue/") and path.startswith("policy.")


def _messages(world: World) -> list[str]:
    objects = [*world.cluster.every("ClientTenant"), *world.cluster.every("IngestBucket", TENANT)]
    objects += world.cluster.every("Environment")
    return [str(one.get("status", {}).get("message", "")) for one in objects]


def _undo(world: World, resource: str) -> Callable[[], object]:
    """Gives back by hand what proves whose it is, or what keeps the operator out."""
    kind, _, rest = resource.partition("/")
    if kind in KINDS:
        name, namespace = located(rest)
        owners = world.cluster.get(KINDS[kind], name, namespace)["metadata"]["ownerReferences"]
        return lambda: world.cluster.patch(KINDS[kind], name, {"metadata": {"ownerReferences": owners}}, namespace)
    place = world.aws.in_region(RECOVERY) if kind.startswith(("recovery-", "replica-")) else world.aws
    aws: Any = place
    root: Any = place.as_role("root")
    match kind:
        case "s3-bucket" | "replica-bucket":
            tags = aws.s3.get_bucket_tagging(Bucket=rest)["TagSet"]
            policy = aws.s3.get_bucket_policy(Bucket=rest)["Policy"]
            return lambda: (
                root.s3.put_bucket_policy(Bucket=rest, Policy=policy),
                root.s3.put_bucket_tagging(Bucket=rest, Tagging={"TagSet": tags}),
            )
        case "sqs-queue":
            url = aws.sqs.get_queue_url(QueueName=rest)["QueueUrl"]
            tags = aws.sqs.list_queue_tags(QueueUrl=url)["Tags"]
            return lambda: aws.sqs.tag_queue(QueueUrl=url, Tags=tags)
        case "kms-key" | "recovery-kms-key":
            key = aws.kms.describe_key(KeyId=rest)["KeyMetadata"]["Arn"]
            tags = aws.kms.list_resource_tags(KeyId=key)["Tags"]
            return lambda: aws.kms.tag_resource(KeyId=key, Tags=tags)
        case "iam-role":
            tags = aws.iam.get_role(RoleName=rest)["Role"]["Tags"]
            return lambda: aws.iam.tag_role(RoleName=rest, Tags=tags)
        case "iam-instance-profile":
            tags = aws.iam.get_instance_profile(InstanceProfileName=rest)["InstanceProfile"]["Tags"]
            return lambda: aws.iam.tag_instance_profile(InstanceProfileName=rest, Tags=tags)
        case "ec2-launch-template":
            (found,) = aws.ec2.describe_launch_templates(LaunchTemplateNames=[rest])["LaunchTemplates"]
            return lambda: aws.ec2.create_tags(Resources=[found["LaunchTemplateId"]], Tags=found["Tags"])
        case _:
            raise AssertionError(f"nothing of {resource} is only reported")
