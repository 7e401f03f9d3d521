"""The evaluator against the worked examples of AWS's documentation.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html and the
pages named below; their users are roles here, for we have no users.
"""

import pytest

from aws.conftest import allow, deny, document
from aws.policy.context import lookup_in
from aws.policy.evaluate import Decision, Policies, Principal, decide

ACCOUNT, OTHER = "123456789012", "999999999999"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/carlos"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/carlos/now"
CARLOS = Principal(ACCOUNT, ROLE, "AROACARLOS", SESSION)
ROOT = Principal(ACCOUNT)
BUCKET = "arn:aws:s3:::carlossalazar-logs"
EVERYTHING = document(allow("*"))


def ask(
    action: str,
    resource: str,
    *identity: str,
    boundary: str | None = None,
    session: str | None = None,
    policy: str | None = None,
    owner: str = ACCOUNT,
    who: Principal = CARLOS,
    must: bool = False,
    context: dict[str, str] | None = None,
) -> Decision:
    policies = Policies(identity, boundary, (session,) if session else None, policy, resource_must_allow=must)
    return decide(who, owner, action, resource, lookup_in({k: [v] for k, v in (context or {}).items()}), policies)


def test_nothing_is_allowed_by_nothing() -> None:
    assert not ask("s3:GetObject", f"{BUCKET}/x").allowed


IDENTITY = document(
    allow("s3:ListAllMyBuckets"),
    allow("s3:*", [BUCKET, f"{BUCKET}/*"]),
    deny("s3:*Object*", "arn:aws:s3:::*secret*"),
)


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("s3:ListAllMyBuckets", "*", True),
        ("s3:GetObject", f"{BUCKET}/x", True),
        ("s3:GetObject", f"{BUCKET}/secret/x", False),  # the deny overrides
        ("s3:GetObject", "arn:aws:s3:::elsewhere/x", False),
        ("iam:ListRoles", "*", False),
    ],
)
def test_identity_policies(action: str, resource: str, allowed: bool) -> None:
    """ "Example identity-based and resource-based policy evaluation", the identity-based half."""
    assert ask(action, resource, IDENTITY).allowed is allowed


def test_either_side_suffices_in_one_account() -> None:
    """The same example: "the actions allowed are the union of the two"."""
    grants = document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": ROLE}))
    assert ask("s3:GetObject", f"{BUCKET}/x", policy=grants).allowed
    assert ask("s3:PutObject", f"{BUCKET}/x", document(allow("s3:PutObject")), policy=grants).allowed
    denies = document(deny("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": ROLE}))
    refused = ask("s3:GetObject", f"{BUCKET}/x", EVERYTHING, policy=denies)
    assert not refused.allowed and refused.why == "with an explicit deny in a resource-based policy"


def test_naming_the_account_only_delegates() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts"""
    for name in (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"):
        grants = document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": name}))
        assert not ask("s3:GetObject", f"{BUCKET}/x", policy=grants).allowed
        assert ask("s3:GetObject", f"{BUCKET}/x", document(allow("s3:GetObject")), policy=grants).allowed


BOUNDARY = document(allow(["s3:*", "cloudwatch:*", "ec2:*"]))


def test_a_boundary_caps_and_does_not_grant() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html, its first example"""
    assert not ask("iam:CreateUser", "*", document(allow("iam:CreateUser")), boundary=BOUNDARY).allowed
    assert not ask("s3:GetObject", f"{BUCKET}/x", boundary=BOUNDARY).allowed
    assert ask("s3:GetObject", f"{BUCKET}/x", document(allow("s3:*")), boundary=BOUNDARY).allowed


def test_a_boundary_limits_a_grant_to_the_role_but_not_to_its_session() -> None:
    """Same page, "Resource-based policies": an implicit deny in a boundary limits what is given to a role's ARN, and
    "does not limit the permissions granted to the session"."""
    narrow = document(allow("ec2:*"))
    for name, allowed in ((ROLE, False), (SESSION, True)):
        grants = document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": name}))
        assert ask("s3:GetObject", f"{BUCKET}/x", policy=grants, boundary=narrow).allowed is allowed
        assert ask("s3:GetObject", f"{BUCKET}/x", policy=grants, session=narrow).allowed is allowed
        explicit = document(deny("s3:*"))
        assert not ask("s3:GetObject", f"{BUCKET}/x", policy=grants, boundary=explicit).allowed


def test_all_three_must_allow() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session"""
    s3, kms = document(allow("s3:*")), document(allow("kms:*"))
    assert ask("s3:GetObject", "x", EVERYTHING, boundary=s3, session=s3).allowed
    assert (
        ask("s3:GetObject", "x", EVERYTHING, boundary=s3, session=kms).why
        == "because no session policy allows the action"
    )
    why = "because no permissions boundary policy allows the action"
    assert ask("s3:GetObject", "x", EVERYTHING, boundary=kms, session=s3).why == why


def test_across_accounts_both_sides_must_allow() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html"""
    grants = document(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    by_identity = document(allow("s3:GetObject"))
    assert ask("s3:GetObject", f"{BUCKET}/x", by_identity, policy=grants, owner=OTHER).allowed
    assert not ask("s3:GetObject", f"{BUCKET}/x", policy=grants, owner=OTHER).allowed
    assert not ask("s3:GetObject", f"{BUCKET}/x", by_identity, owner=OTHER).allowed
    to_role = grants.replace(":root", ":role/carlos")
    assert not ask("s3:GetObject", f"{BUCKET}/x", policy=to_role, owner=OTHER).allowed


def test_keys_need_their_own_policys_word() -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html"""
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"
    enabling = document(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    naming = document(allow("kms:Decrypt", Principal={"AWS": ROLE}))
    assert not ask(
        "kms:Decrypt", key, EVERYTHING, policy=document(deny("kms:Encrypt", Principal="*")), must=True
    ).allowed
    assert ask("kms:Decrypt", key, EVERYTHING, policy=enabling, must=True).allowed
    assert not ask("kms:Decrypt", key, policy=enabling, must=True).allowed
    assert ask("kms:Decrypt", key, policy=naming, must=True).allowed
    assert not ask("kms:Decrypt", key, policy=naming, must=True, who=ROOT).allowed
    assert ask("kms:Decrypt", key, policy=enabling, must=True, who=ROOT).allowed


def test_root_needs_no_policy_at_home() -> None:
    assert ask("s3:GetObject", f"{BUCKET}/x", who=ROOT).allowed
    assert not ask("s3:GetObject", f"{BUCKET}/x", who=ROOT, owner=OTHER).allowed


def test_services_are_named_as_services() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services"""
    s3 = Principal(service="s3.amazonaws.com")
    grants = document(allow("sqs:SendMessage", Principal={"Service": "s3.amazonaws.com"}))
    assert ask("sqs:SendMessage", "q", policy=grants, who=s3).allowed
    assert not ask("sqs:SendMessage", "q", policy=grants.replace("s3.", "sns."), who=s3).allowed


def test_not_principal() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html: an exception for
    a session names the account, the role and the session; who has a boundary is always denied."""
    names = [f"arn:aws:iam::{ACCOUNT}:root", ROLE, SESSION]

    def denied(*excepted: str, boundary: str | None = None) -> bool:
        policy = document(deny("s3:*", f"{BUCKET}/*", NotPrincipal={"AWS": list(excepted)}))
        return not ask("s3:GetObject", f"{BUCKET}/x", EVERYTHING, policy=policy, boundary=boundary).allowed

    assert not denied(*names)
    assert denied(*names[:2]) and denied(names[1]) and denied(*names, boundary=EVERYTHING)


def test_not_action_and_not_resource() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html"""
    outside_iam = document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})
    assert ask("s3:GetObject", "x", outside_iam).allowed and not ask("iam:GetRole", "x", outside_iam).allowed
    elsewhere = document(allow("s3:*"), {"Effect": "Deny", "Action": "s3:*", "NotResource": [BUCKET, f"{BUCKET}/*"]})
    assert ask("s3:GetObject", f"{BUCKET}/x", elsewhere).allowed
    assert not ask("s3:GetObject", "arn:aws:s3:::other/x", elsewhere).allowed


def test_variables_fill_in_and_never_become_patterns() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"""
    own = document(allow("s3:GetObject", BUCKET + "/${aws:PrincipalTag/team}/*"))

    def of(team: str) -> dict[str, str]:
        return {"aws:principaltag/team": team}

    assert ask("s3:GetObject", f"{BUCKET}/red/x", own, context=of("red")).allowed
    assert not ask("s3:GetObject", f"{BUCKET}/blue/x", own, context=of("red")).allowed
    assert not ask("s3:GetObject", f"{BUCKET}/red/x", own, context=of("*")).allowed
    assert not ask("s3:GetObject", f"{BUCKET}/red/x", own).allowed
    defaulted = document(allow("s3:GetObject", BUCKET + "/${aws:PrincipalTag/team, 'company'}/*"))
    assert ask("s3:GetObject", f"{BUCKET}/company/x", defaulted).allowed
