"""Roles, policies, and the one shared read."""

import json
import time
from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, allow, document, refused, trusting

TRUST = trusting(f"arn:aws:iam::{PRODUCTION}:root")
READ = document(allow("s3:GetObject", "arn:aws:s3:::bucket/*"))
OTHER = document(allow("s3:PutObject", "arn:aws:s3:::bucket/*"))


@pytest.fixture
def iam(aws: Emulator) -> Any:
    return aws.client("iam")


def policy(iam: Any, name: str = "policy", **more: Any) -> str:
    arn: str = iam.create_policy(PolicyName=name, PolicyDocument=READ, **more)["Policy"]["Arn"]
    return arn


def test_a_role_reads_back_as_made(iam: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"""
    boundary = policy(iam)
    tags = [{"Key": "cloister.dev/managed-by", "Value": "cloister"}]
    iam.create_role(
        RoleName="role", Path="/cloister/", AssumeRolePolicyDocument=TRUST, Description="d & d", Tags=tags,
        MaxSessionDuration=7200, PermissionsBoundary=boundary,
    )  # fmt: skip
    role = iam.get_role(RoleName="role")["Role"]
    assert role["Arn"] == f"arn:aws:iam::{PRODUCTION}:role/cloister/role"
    assert (role["Description"], role["MaxSessionDuration"], role["Tags"]) == ("d & d", 7200, tags)
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    assert role["AssumeRolePolicyDocument"] == json.loads(TRUST)
    with refused("EntityAlreadyExists", 409):
        iam.create_role(RoleName="ROLE", AssumeRolePolicyDocument=TRUST)


@pytest.mark.parametrize(
    ("trust", "code"),
    [
        ("{", "MalformedPolicyDocument"),
        (trusting(f"arn:aws:iam::{PRODUCTION}:role/absent"), "MalformedPolicyDocument"),
        (trusting("arn:aws:iam::999999999999:root"), "MalformedPolicyDocument"),
        (document(allow("sts:AssumeRole", Principal="*")), "MalformedPolicyDocument"),  # no Resource in a trust policy
    ],
)
def test_wrong_trust_policies_are_refused(iam: Any, trust: str, code: str) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html"""
    with refused(code, 400):
        iam.create_role(RoleName="role", AssumeRolePolicyDocument=trust)


def test_roles_are_changed(iam: Any) -> None:
    boundary = policy(iam)
    iam.create_role(RoleName="role", AssumeRolePolicyDocument=TRUST, Description="before")
    service = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    iam.update_assume_role_policy(RoleName="role", PolicyDocument=service)
    iam.update_role(RoleName="role", MaxSessionDuration=3601)
    iam.tag_role(RoleName="role", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam.untag_role(RoleName="role", TagKeys=["a"])
    iam.put_role_permissions_boundary(RoleName="role", PermissionsBoundary=boundary)
    role = iam.get_role(RoleName="role")["Role"]
    assert role["AssumeRolePolicyDocument"] == json.loads(service)
    assert (role["Description"], role["MaxSessionDuration"]) == ("before", 3601)
    assert role["Tags"] == [{"Key": "b", "Value": "2"}]
    with refused("DeleteConflict", 409):
        iam.delete_policy(PolicyArn=boundary)
    iam.delete_role_permissions_boundary(RoleName="role")
    assert "PermissionsBoundary" not in iam.get_role(RoleName="role")["Role"]
    with refused("NoSuchEntity", 404):
        iam.put_role_permissions_boundary(RoleName="role", PermissionsBoundary=boundary + "x")
    with refused("ValidationError"):
        iam.update_role(RoleName="role", MaxSessionDuration=43201)


def test_a_role_is_deleted_bare(iam: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html"""
    arn = policy(iam)
    iam.create_role(RoleName="role", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="role", PolicyArn=arn)
    iam.attach_role_policy(RoleName="role", PolicyArn=arn)
    iam.put_role_policy(RoleName="role", PolicyName="inline", PolicyDocument=READ)
    assert iam.list_attached_role_policies(RoleName="role")["AttachedPolicies"] == [
        {"PolicyName": "policy", "PolicyArn": arn}
    ]
    assert iam.list_role_policies(RoleName="role")["PolicyNames"] == ["inline"]
    assert iam.list_instance_profiles_for_role(RoleName="role")["InstanceProfiles"] == []
    with refused("DeleteConflict", 409):
        iam.delete_role(RoleName="role")
    iam.detach_role_policy(RoleName="role", PolicyArn=arn)
    with refused("NoSuchEntity", 404):
        iam.detach_role_policy(RoleName="role", PolicyArn=arn)
    with refused("DeleteConflict", 409):
        iam.delete_role(RoleName="role")
    iam.delete_role_policy(RoleName="role", PolicyName="inline")
    iam.delete_role(RoleName="role")
    with refused("NoSuchEntity", 404):
        iam.get_role(RoleName="role")


def test_a_role_in_an_instance_profile_stays(iam: Any) -> None:
    iam.create_role(RoleName="node", AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="nodes")
    iam.add_role_to_instance_profile(InstanceProfileName="nodes", RoleName="node")
    (found,) = iam.list_instance_profiles_for_role(RoleName="node")["InstanceProfiles"]
    assert found["InstanceProfileName"] == "nodes"
    with refused("DeleteConflict", 409):
        iam.delete_role(RoleName="node")


def test_policy_versions(iam: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html"""
    arn = policy(iam, Path="/cloister/", Description="d", Tags=[{"Key": "a", "Value": "1"}])
    with refused("EntityAlreadyExists", 409):
        policy(iam, Path="/elsewhere/")
    for number in range(2, 6):
        made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=OTHER, SetAsDefault=number == 2)
        assert made["PolicyVersion"]["VersionId"] == f"v{number}"
    with refused("LimitExceeded", 409):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=OTHER)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == json.loads(READ)
    with refused("DeleteConflict", 409):
        iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    with refused("DeleteConflict", 409):
        iam.delete_policy(PolicyArn=arn)
    for gone in ("v1", "v3", "v4", "v5"):
        iam.delete_policy_version(PolicyArn=arn, VersionId=gone)
    assert [v["VersionId"] for v in iam.list_policy_versions(PolicyArn=arn)["Versions"]] == ["v2"]
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    iam.untag_policy(PolicyArn=arn, TagKeys=["a"])
    found = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (found["Tags"], found["Description"]) == ([{"Key": "b", "Value": "2"}], "d")
    iam.delete_policy(PolicyArn=arn)
    with refused("NoSuchEntity", 404):
        iam.get_policy(PolicyArn=arn)


def test_what_does_not_fit_is_refused(iam: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    wide = document(allow("s3:GetObject", [f"arn:aws:s3:::{i:060}" for i in range(100)]))
    with refused("LimitExceeded", 409):
        iam.create_policy(PolicyName="wide", PolicyDocument=wide)
    for wrong in ("{", document(allow("s3:GetObject", "bucket")), document(allow("s3:*", Principal="*"))):
        with refused("MalformedPolicyDocument", 400):
            iam.create_policy(PolicyName="wrong", PolicyDocument=wrong)
    iam.create_role(RoleName="role", AssumeRolePolicyDocument=TRUST)
    for number in range(10):
        iam.attach_role_policy(RoleName="role", PolicyArn=policy(iam, f"p{number}"))
    with refused("LimitExceeded", 409):
        iam.attach_role_policy(RoleName="role", PolicyArn=policy(iam, "p10"))


def test_the_whole_account_in_one_read(aws: Emulator, iam: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html"""
    boundary = policy(iam, "boundary")
    for number in range(60):
        arn = policy(iam, f"p{number:02}", Path="/cloister/", Tags=[{"Key": "k", "Value": "v"}])
        iam.create_role(RoleName=f"r{number:02}", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=boundary)
        iam.attach_role_policy(RoleName=f"r{number:02}", PolicyArn=arn)
    iam.tag_role(RoleName="r07", Tags=[{"Key": "a", "Value": "<1>"}])
    iam.put_role_policy(RoleName="r07", PolicyName="inline", PolicyDocument=READ)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=OTHER, SetAsDefault=True)
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(Filter=["Role", "LocalManagedPolicy"]))
    roles = {r["RoleName"]: r for page in pages for r in page["RoleDetailList"]}
    policies = {p["PolicyName"]: p for page in pages for p in page["Policies"]}
    assert (len(pages), len(roles), len(policies)) == (2, 62, 61), (
        "pages of 100; CloisterProvisioner and admin are there"
    )
    role = roles["r07"]
    assert role["Tags"] == [{"Key": "a", "Value": "<1>"}]
    assert role["RolePolicyList"] == [{"PolicyName": "inline", "PolicyDocument": json.loads(READ)}]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    assert role["AttachedManagedPolicies"][0]["PolicyArn"] == f"arn:aws:iam::{PRODUCTION}:policy/cloister/p07"
    assert "MaxSessionDuration" not in role, "RoleDetail has none"
    assert policies["boundary"]["PermissionsBoundaryUsageCount"] == 60
    versions = {v["VersionId"]: v for v in policies["p59"]["PolicyVersionList"]}
    assert versions["v2"]["IsDefaultVersion"] and versions["v2"]["Document"] == json.loads(OTHER)
    started = time.monotonic()
    only = iam.get_account_authorization_details(Filter=["Role"], MaxItems=1000)
    assert len(only["RoleDetailList"]) == 62 and only["Policies"] == [] and not only["IsTruncated"]
    assert time.monotonic() - started < 1
    iam.untag_role(RoleName="r07", TagKeys=["a"])
    only = iam.get_account_authorization_details(Filter=["Role"], MaxItems=1000)
    assert all("Tags" not in r for r in only["RoleDetailList"]), "no stale rendering"
