"""Instance profiles. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html"""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Emulator, refused, trusting
from aws.ec2_world import plain

NAME = {"InstanceProfileName": "nodes"}
ROOT = f"arn:aws:iam::{PRODUCTION}:root"


@pytest.fixture
def iam(aws: Emulator) -> Any:
    client = aws.client("iam")
    for role in ("node", "other"):
        client.create_role(RoleName=role, AssumeRolePolicyDocument=trusting(ROOT))
    return client


def test_a_profile_is_made_read_and_deleted(iam: Any) -> None:
    made = iam.create_instance_profile(**NAME, Path="/cloister/", Tags=[{"Key": "a", "Value": "1"}])["InstanceProfile"]
    assert made["Arn"] == f"arn:aws:iam::{PRODUCTION}:instance-profile/cloister/nodes"
    assert made["InstanceProfileId"].startswith("AIPA") and made["Roles"] == []
    with refused("EntityAlreadyExists", 409):
        iam.create_instance_profile(**NAME)
    iam.add_role_to_instance_profile(**NAME, RoleName="node")
    found = iam.get_instance_profile(**NAME)["InstanceProfile"]
    assert [role["RoleName"] for role in found["Roles"]] == ["node"]
    iam.tag_instance_profile(**NAME, Tags=[{"Key": "b", "Value": "2"}])
    iam.untag_instance_profile(**NAME, TagKeys=["a"])
    assert iam.list_instance_profile_tags(**NAME)["Tags"] == [{"Key": "b", "Value": "2"}]
    with refused("DeleteConflict", 409):
        iam.delete_instance_profile(**NAME)
    iam.remove_role_from_instance_profile(**NAME, RoleName="node")
    iam.delete_instance_profile(**NAME)
    with refused("NoSuchEntity", 404):
        iam.get_instance_profile(**NAME)


def test_a_profile_holds_one_role(iam: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html"""
    iam.create_instance_profile(**NAME)
    iam.add_role_to_instance_profile(**NAME, RoleName="node")
    for role in ("node", "other"):
        with refused("LimitExceeded", 409):
            iam.add_role_to_instance_profile(**NAME, RoleName=role)
    with refused("NoSuchEntity", 404):
        iam.remove_role_from_instance_profile(**NAME, RoleName="other")
    with refused("NoSuchEntity", 404):
        iam.add_role_to_instance_profile(InstanceProfileName="absent", RoleName="node")


def test_ec2_hears_late_of_a_new_profile(aws: Emulator, iam: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency"""
    aws.control("POST", "/faults", {"kind": "delayed_visibility", "ms": 60000, "operation": "CreateInstanceProfile"})
    iam.create_instance_profile(**NAME)
    iam.add_role_to_instance_profile(**NAME, RoleName="node")
    with refused("InvalidParameterValue", 400, "Invalid IAM Instance Profile name"):
        plain(aws.client("ec2"), IamInstanceProfile={"Name": "nodes"})
