"""Who may do what to clusters.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonredshift.html
https://docs.aws.amazon.com/redshift/latest/mgmt/authorizing-kms-customer-managed-key.html
"""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, Call, Emulator, allow, deny, document, refused, trusting
from aws.redshift_world import create, seen, tags

ROOT = f"arn:aws:iam::{PRODUCTION}:root"
HERE = f"arn:aws:redshift:us-east-1:{PRODUCTION}"
NAME = {"ClusterIdentifier": "cloister-acme"}
PASSWORD = {"ManageMasterPassword": False, "MasterUserPassword": "Correct-Horse-9"}


@pytest.fixture
def admin(aws: Emulator) -> Any:
    aws.control("POST", "/redshift", {"default": 0})
    return aws.client("redshift")


def session(aws: Emulator, *statements: dict[str, Any], name: str = "r") -> Any:
    """A client of a role that is allowed just this."""
    iam = aws.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(ROOT))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(*statements))
    return aws.client("redshift", aws.credentials(role=name))


def test_resources_are_told_by_name_and_tag(aws: Emulator, admin: Any) -> None:
    create(admin, Tags=tags("u1"), **PASSWORD)
    create(admin, ClusterIdentifier="other", **PASSWORD)
    only = {"StringEquals": {"aws:ResourceTag/cloister.dev/owner-uid": "u1"}}
    client = session(aws, allow(["redshift:RebootCluster", "redshift:DescribeClusters"], Condition=only))
    client.reboot_cluster(**NAME)
    client.describe_clusters(**NAME)
    calls: list[Call] = [
        lambda: client.reboot_cluster(ClusterIdentifier="other"),
        lambda: client.pause_cluster(**NAME),
        lambda: client.describe_clusters(),
    ]
    for call in calls:
        with refused("AccessDenied", 403):
            call()


def test_tags_of_a_new_cluster_are_a_permission_and_a_condition(aws: Emulator, admin: Any) -> None:
    tagged = {"Null": {"aws:RequestTag/cloister.dev/managed-by": "false"}}
    untagging = session(aws, allow("redshift:CreateCluster", f"{HERE}:cluster:cloister-*", Condition=tagged))
    with refused("AccessDenied", 403, "redshift:CreateTags"):
        create(untagging, Tags=tags("u1"), **PASSWORD)
    actions = ["redshift:CreateCluster", "redshift:CreateTags"]
    client = session(aws, allow(actions, f"{HERE}:cluster:cloister-*", Condition=tagged), name="s")
    refusals: list[dict[str, Any]] = [{"Tags": []}, {"Tags": tags("u1"), "ClusterIdentifier": "acme"}]
    for given in refusals:
        with refused("AccessDenied", 403, "redshift:CreateCluster"):
            create(client, **PASSWORD | given)
    create(client, Tags=tags("u1"), **PASSWORD)


def test_roles_are_passed_to_redshift(aws: Emulator, admin: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    iam = aws.client("iam")
    role = iam.create_role(RoleName="copy", AssumeRolePolicyDocument=trusting(ROOT))["Role"]["Arn"]
    elsewhere = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    client = session(aws, allow("redshift:*"), allow("iam:PassRole", role, Condition=elsewhere))
    with refused("AccessDenied", 403, "iam:PassRole"):
        create(client, IamRoles=[role], **PASSWORD)
    create(client, **PASSWORD)
    with refused("AccessDenied", 403, "iam:PassRole"):
        client.modify_cluster_iam_roles(**NAME, AddIamRoles=[role])
    to_redshift = {"StringEquals": {"iam:PassedToService": "redshift.amazonaws.com"}}
    iam.put_role_policy(
        RoleName="r", PolicyName="pass", PolicyDocument=document(allow("iam:PassRole", role, Condition=to_redshift))
    )
    client.modify_cluster_iam_roles(**NAME, AddIamRoles=[role])
    assert seen(admin)["IamRoles"] == [{"IamRoleArn": role, "ApplyStatus": "in-sync"}]


@pytest.mark.parametrize("lacking", ["CreateGrant", "GenerateDataKey", "Encrypt", "Decrypt", "DescribeKey"])
def test_the_caller_needs_the_key_through_redshift(aws: Emulator, admin: Any, lacking: str) -> None:
    everything = allow("kms:*", Principal={"AWS": ROOT})
    missing = deny(f"kms:{lacking}", Principal={"AWS": "*"}, Condition={"StringLike": {"kms:ViaService": "redshift.*"}})
    key = aws.client("kms").create_key(Policy=document(everything, missing))["KeyMetadata"]["Arn"]
    with refused("AccessDenied", 403, f"kms:{lacking}"):
        create(admin, KmsKeyId=key)
    assert admin.describe_clusters()["Clusters"] == []
    create(admin, **PASSWORD)
    with refused("AccessDenied", 403, f"kms:{lacking}"):
        admin.modify_cluster(**NAME, Encrypted=True, KmsKeyId=key)


def test_a_key_policy_may_bind_the_key_to_one_cluster(aws: Emulator, admin: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/services-redshift.html#rs-encryptioncontext"""
    everything = allow("kms:*", Principal={"AWS": ROOT})
    context = {"StringNotEquals": {"kms:EncryptionContext:aws:redshift:arn": f"{HERE}:cluster:cloister-acme"}}
    others = deny("kms:GenerateDataKey", Principal={"AWS": "*"}, Condition=context)
    key = aws.client("kms").create_key(Policy=document(everything, others))["KeyMetadata"]["Arn"]
    create(admin, KmsKeyId=key)
    with refused("AccessDenied", 403):
        create(admin, ClusterIdentifier="cloister-other", KmsKeyId=key)


def test_a_managed_password_needs_the_secret(aws: Emulator, admin: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/mgmt/redshift-secrets-manager-integration.html"""
    client = session(aws, allow("redshift:*"))
    with refused("AccessDenied", 403, "secretsmanager:CreateSecret"):
        create(client)
    create(admin)
    with refused("AccessDenied", 403, "secretsmanager:DeleteSecret"):
        client.delete_cluster(**NAME, SkipFinalClusterSnapshot=True)


def test_credentials_are_of_users_databases_and_groups(aws: Emulator, admin: Any) -> None:
    """https://docs.aws.amazon.com/redshift/latest/mgmt/generating-iam-credentials-role-permissions.html"""
    create(admin, **PASSWORD)
    user, database = f"{HERE}:dbuser:cloister-acme/loader", f"{HERE}:dbname:cloister-acme/acme"
    actions = ["redshift:GetClusterCredentials", "redshift:GetClusterCredentialsWithIAM"]
    client = session(aws, allow(actions, [user, database]))
    client.get_cluster_credentials(**NAME, DbUser="loader", DbName="acme")
    client.get_cluster_credentials_with_iam(**NAME, DbName="acme")
    calls: list[Call] = [
        lambda: client.get_cluster_credentials(**NAME, DbUser="acme_admin", DbName="acme"),
        lambda: client.get_cluster_credentials(**NAME, DbUser="loader", DbName="other"),
        lambda: client.get_cluster_credentials(**NAME, DbUser="loader", AutoCreate=True),
        lambda: client.get_cluster_credentials(**NAME, DbUser="loader", DbGroups=["admins"]),
        lambda: client.get_cluster_credentials_with_iam(**NAME),
    ]
    for call in calls:
        with refused("AccessDenied", 403):
            call()
