"""What is not ours is left alone until its adoption is asked for."""

import json

from e2e import manifests
from e2e.account import Account
from e2e.careless.act import EVERYTHING
from e2e.kinds import Object, condition
from e2e.world import World

_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


def _is_stalled(found: Object | None) -> bool:
    return condition(found or {}, "Stalled").get("status") == "True"


def _stalled(world: World, kind: str, name: str, namespace: str = "") -> str:
    """Waits until a person has to do something; what that is."""
    found = world.cluster.wait(kind, name, _is_stalled, namespace)
    assert found is not None
    assert condition(found, "Ready")["status"] == "False"
    assert condition(found, "Stalled")["reason"] == "Foreign"
    message: str = found["status"]["message"]
    return message


def _make_bucket(aws: Account, name: str) -> None:
    aws.s3.create_bucket(Bucket=name)
    tags = [{"Key": "team", "Value": "others"}]
    aws.s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})  # type: ignore[typeddict-item]


def test_a_foreign_bucket_is_left_untouched_until_adoption_is_asked_for(world: World) -> None:
    name = "somebody-elses-data"
    _make_bucket(world.aws, name)
    since = world.calls.mark("foreign bucket")
    world.cluster.apply(manifests.tenant("squatter", {"name": "inbox", "bucketName": name}))

    message = _stalled(world, "IngestBucket", "inbox", "squatter")

    assert f"s3-bucket/{name} exists and is not ours" in message
    assert "set spec.adopt" in message
    changed = [c.line for c in world.calls.since(since) if c.changes and c.resource == name]
    assert changed == []

    inline = {"name": "inbox", "bucketName": name, "adopt": True}
    world.onboard(manifests.tenant("squatter", inline))
    tags = {t["Key"]: t["Value"] for t in world.aws.s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    assert tags["team"] == "others"
    assert tags["cloister.dev/tenant"] == "squatter"
    assert world.aws.s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"


def test_a_foreign_role_is_left_untouched_until_adoption_is_asked_for(world: World) -> None:
    role = "cloister-usurper-etl"
    world.aws.iam.create_role(RoleName=role, Path="/cloister/", AssumeRolePolicyDocument=_TRUST)
    since = world.calls.mark("foreign role")
    world.cluster.apply(manifests.tenant("usurper", "inbox"))

    message = _stalled(world, "ClientTenant", "usurper")

    assert f"iam-role/{role} exists and is not ours" in message
    assert f"add iam-role/{role} to spec.adopt" in message
    changed = [c.line for c in world.calls.since(since) if c.changes and "Role" in c.operation and c.resource == role]
    assert changed == []

    world.onboard(manifests.tenant("usurper", "inbox", adopt=[f"iam-role/{role}"]))
    trust = world.aws.iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    assert "ec2.amazonaws.com" not in json.dumps(trust)


def test_a_foreign_key_is_left_untouched_until_adoption_is_asked_for(world: World) -> None:
    alias = "alias/cloister/heir"
    key = world.aws.kms.create_key(Policy=_key_policy(world))["KeyMetadata"]["KeyId"]
    world.aws.kms.create_alias(AliasName=alias, TargetKeyId=key)
    since = world.calls.mark("foreign key")
    world.cluster.apply(manifests.tenant("heir", "inbox"))

    message = _stalled(world, "ClientTenant", "heir")

    assert f"kms-key/{alias} exists and is not ours" in message
    assert f"add kms-key/{alias} to spec.adopt" in message
    changed = [c.line for c in world.calls.since(since) if c.changes and c.service == "kms"]
    assert changed == []

    tenant = world.onboard(manifests.tenant("heir", "inbox", adopt=[f"kms-key/{alias}"]))
    assert tenant["status"]["keyArn"].endswith(key)
    assert world.aws.kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


def _key_policy(world: World) -> str:
    policy = json.loads(EVERYTHING)
    root = {"AWS": f"arn:aws:iam::{world.aws.number}:root"}
    policy["Statement"][0] |= {"Principal": root, "Action": "kms:*"}
    return json.dumps(policy)


def test_a_namespace_of_somebody_else_is_not_taken(world: World) -> None:
    world.cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "taken"}})
    world.cluster.apply(manifests.tenant("taken", "inbox"))
    assert "namespace/taken exists and is not ours" in _stalled(world, "ClientTenant", "taken")
    assert "cloister.dev/tenant" not in world.cluster.get("Namespace", "taken")["metadata"]["labels"]
    # The way out that the message tells.
    world.cluster.delete("Namespace", "taken")
    world.cluster.wait_ready("ClientTenant", "taken", timeout=60)
