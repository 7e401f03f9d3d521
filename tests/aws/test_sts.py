"""STS. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""

from typing import Any

import pytest

from aws.conftest import PRODUCTION, PROVISIONER, STAGING, Emulator, allow, document, refused, trusting

LOGIN = "111111111111"
UPLOADER = f"arn:aws:iam::{PRODUCTION}:role/cloister/cloister-acme-uploader"


def test_the_operator_is_a_session_of_its_role(aws: Emulator) -> None:
    identity = aws.client("sts", aws.operator).get_caller_identity()
    assert identity["Account"] == LOGIN
    assert identity["Arn"] == f"arn:aws:sts::{LOGIN}:assumed-role/cloister-operator/cloister"


@pytest.mark.parametrize(("account", "name"), [(PRODUCTION, "production"), (STAGING, "staging")])
def test_the_provisioner_is_assumed_with_its_external_id(aws: Emulator, account: str, name: str) -> None:
    session = aws.assume(f"arn:aws:iam::{account}:role/CloisterProvisioner", f"cloister-{name}")
    identity = aws.client("sts", session).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{account}:assumed-role/CloisterProvisioner/test"


def test_wrong_and_missing_external_ids_are_refused(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html"""
    sts = aws.client("sts", aws.operator)
    with refused("AccessDenied", 403):
        sts.assume_role(RoleArn=PROVISIONER, RoleSessionName="test", ExternalId="cloister-staging")
    with refused("AccessDenied", 403):
        sts.assume_role(RoleArn=PROVISIONER, RoleSessionName="test")


def test_a_role_that_is_not_there_is_refused_like_one_that_may_not_be_assumed(aws: Emulator) -> None:
    with refused("AccessDenied", 403, "is not authorized to perform: sts:AssumeRole"):
        aws.assume(f"arn:aws:iam::{PRODUCTION}:role/Absent")


def test_across_accounts_the_caller_needs_permission_too(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html"""
    iam = aws.client("iam")
    iam.create_role(RoleName="open", AssumeRolePolicyDocument=trusting(f"arn:aws:iam::{LOGIN}:role/cloister-operator"))
    with refused("AccessDenied", 403):
        aws.assume(f"arn:aws:iam::{PRODUCTION}:role/open")


def test_a_trusted_role_of_the_same_account_needs_no_permission_of_its_own(aws: Emulator) -> None:
    iam = aws.client("iam")
    iam.create_role(RoleName="bare", AssumeRolePolicyDocument=trusting(f"arn:aws:iam::{PRODUCTION}:root"))
    iam.create_role(RoleName="next", AssumeRolePolicyDocument=trusting(f"arn:aws:iam::{PRODUCTION}:role/bare"))
    iam.create_role(RoleName="by-root", AssumeRolePolicyDocument=trusting(f"arn:aws:iam::{PRODUCTION}:root"))
    sts = aws.client("sts", aws.credentials(role="bare"))
    sts.assume_role(RoleArn=f"arn:aws:iam::{PRODUCTION}:role/next", RoleSessionName="test")
    with refused("AccessDenied", 403):
        sts.assume_role(RoleArn=f"arn:aws:iam::{PRODUCTION}:role/by-root", RoleSessionName="test")


def test_a_session_policy_narrows_what_the_role_may(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session"""
    session = aws.assume(Policy=document(allow("s3:CreateBucket", "arn:aws:s3:::only-this")))
    s3 = aws.client("s3", session)
    s3.create_bucket(Bucket="only-this")
    with refused("AccessDenied", 403, "no session policy allows"):
        s3.create_bucket(Bucket="not-this")
    with refused("AccessDenied", 403):
        s3.get_bucket_tagging(Bucket="only-this")


def test_a_source_identity_and_tags_need_their_own_permission(aws: Emulator) -> None:
    with refused("AccessDenied", 403, "sts:TagSession"):
        aws.assume(Tags=[{"Key": "team", "Value": "a"}])
    with refused("AccessDenied", 403, "sts:SetSourceIdentity"):
        aws.assume(SourceIdentity="someone")


def test_chained_sessions_last_an_hour_at_most(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining"""
    with refused("ValidationError", says="1 hour"):
        aws.assume(DurationSeconds=7200)


def test_sessions_of_a_deleted_role_can_do_nothing_even_if_it_is_made_again(aws: Emulator) -> None:
    iam = aws.client("iam")
    trust = trusting(f"arn:aws:iam::{PRODUCTION}:root")
    for _ in range(2):
        iam.create_role(RoleName="again", AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName="again", PolicyName="all", PolicyDocument=document(allow("*")))
        if _ == 0:
            session = aws.credentials(role="again")
            aws.client("s3", session).list_buckets()
            iam.delete_role_policy(RoleName="again", PolicyName="all")
            iam.delete_role(RoleName="again")
    with refused("AccessDenied", 403):
        aws.client("s3", session).list_buckets()


def uploader(aws: Emulator, *statements: dict[str, Any], **more: Any) -> Any:
    """S3 as a session of an uploader role, which the upload API has assumed."""
    trusted = trusting(f"arn:aws:iam::{LOGIN}:role/cloister-upload")
    trusted = trusted.replace('"sts:AssumeRole"', '["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]')
    iam = aws.client("iam")
    if not any(role["RoleName"] == "cloister-acme-uploader" for role in iam.list_roles()["Roles"]):
        iam.create_role(Path="/cloister/", RoleName="cloister-acme-uploader", AssumeRolePolicyDocument=trusted)
    iam.put_role_policy(RoleName="cloister-acme-uploader", PolicyName="it", PolicyDocument=document(*statements))
    sts = aws.client("sts", aws.credentials(LOGIN, "cloister-upload"))
    given = sts.assume_role(RoleArn=UPLOADER, RoleSessionName="upload", **more)["Credentials"]
    names = {"access_key_id": "AccessKeyId", "secret_access_key": "SecretAccessKey", "session_token": "SessionToken"}
    return aws.client("s3", {ours: given[theirs] for ours, theirs in names.items()})


def test_a_sessions_tag_decides(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html"""
    tagged = allow("s3:ListAllMyBuckets") | {"Condition": {"StringEquals": {"aws:PrincipalTag/purpose": "api"}}}
    uploader(aws, tagged, Tags=[{"Key": "purpose", "Value": "api"}]).list_buckets()
    with refused("AccessDenied", 403):
        uploader(aws, tagged).list_buckets()


@pytest.mark.parametrize(("before", "holds"), [("2020-01-01T00:00:00Z", True), ("2999-01-01T00:00:00Z", False)])
def test_sessions_from_before_a_time_can_be_denied(aws: Emulator, before: str, holds: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html"""
    old = {"DateLessThan": {"aws:TokenIssueTime": before}, "StringEquals": {"aws:SourceIdentity": "ann"}}
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": old}
    uploader(aws, allow("s3:ListAllMyBuckets"), deny, SourceIdentity="bob").list_buckets()
    s3 = uploader(aws, allow("s3:ListAllMyBuckets"), deny, SourceIdentity="ann")
    if holds:
        s3.list_buckets()
    else:
        with refused("AccessDenied", 403):
            s3.list_buckets()


def test_names_and_policies_of_sessions_are_bounded(aws: Emulator) -> None:
    for wrong in ({"SourceIdentity": "a user"}, {"SourceIdentity": "x"}, {"Policy": " " * 2049}):
        with refused("ValidationError", 400):
            uploader(aws, allow("s3:*"), **wrong)


def test_a_trust_policy_may_demand_a_fresh_second_factor(aws: Emulator) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html"""
    conditions = {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThanEquals": {"aws:MultiFactorAuthAge": "900"},
    }
    who = {"Principal": {"AWS": f"arn:aws:iam::{LOGIN}:root"}, "Condition": conditions}
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", **who})
    aws.client("iam").create_role(RoleName="guarded", AssumeRolePolicyDocument=trust)
    wish = {"RoleArn": f"arn:aws:iam::{PRODUCTION}:role/guarded", "RoleSessionName": "ada"}
    device = {"SerialNumber": f"arn:aws:iam::{LOGIN}:mfa/ada", "TokenCode": "123456"}
    person = aws.client("sts", aws.credentials(LOGIN))
    with refused("AccessDenied", 403):
        person.assume_role(**wish)
    for wrong in ({"TokenCode": "000000"}, {"SerialNumber": f"arn:aws:iam::{PRODUCTION}:mfa/ada"}):
        with refused("AccessDenied", 403, "one time pass code"):
            person.assume_role(**wish | device | wrong)
    assert person.assume_role(**wish | device)["AssumedRoleUser"]["Arn"].endswith("/guarded/ada")
    # As of a session of GetSessionToken.
    fresh, stale = (aws.client("sts", aws.with_second_factor(LOGIN, age)) for age in (60, 3600))
    fresh.assume_role(**wish)
    with refused("AccessDenied", 403):
        stale.assume_role(**wish)
