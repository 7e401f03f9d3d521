"""https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html"""

import time
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from joserfc import jwt
from joserfc.jwk import ECKey

from aws.conftest import PRODUCTION, Emulator, allow, document, refused

ISSUER = "https://oidc.cloister.example"
SUBJECT = "system:serviceaccount:acme-health:etl"
ROLE = f"arn:aws:iam::{PRODUCTION}:role/worker"


def _trust(**more: str) -> str:
    conditions = {"oidc.cloister.example:aud": "sts.amazonaws.com", "oidc.cloister.example:sub": SUBJECT} | more
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{PRODUCTION}:oidc-provider/oidc.cloister.example"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": conditions},
        }
    )


class Issuer:
    def __init__(self, aws: Emulator) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "first"})
        aws.control("POST", "/issuers", {"issuer": ISSUER, "jwks": {"keys": [self.key.as_dict(private=False)]}})

    def token(self, key: ECKey | None = None, **claims: Any) -> str:
        told = {"iss": ISSUER, "aud": "sts.amazonaws.com", "sub": SUBJECT, "exp": int(time.time()) + 600} | claims
        return jwt.encode({"alg": "ES256", "kid": "first"}, told, key or self.key)


@pytest.fixture
def issuer(aws: Emulator) -> Issuer:
    iam = aws.client("iam")
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=_trust())
    iam.put_role_policy(RoleName="worker", PolicyName="it", PolicyDocument=document(allow("s3:ListAllMyBuckets")))
    return Issuer(aws)


def _assume(aws: Emulator, token: str, role: str = ROLE) -> Any:
    sts = boto3.client(
        "sts",
        endpoint_url=aws.described["endpoint"],
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED),
    )
    return sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="run-1", WebIdentityToken=token)


def test_a_pod_becomes_its_role(aws: Emulator, issuer: Issuer) -> None:
    answer = _assume(aws, issuer.token())
    assert answer["SubjectFromWebIdentityToken"] == SUBJECT
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{PRODUCTION}:assumed-role/worker/run-1"
    given = answer["Credentials"]
    s3 = aws.client(
        "s3",
        {
            "access_key_id": given["AccessKeyId"],
            "secret_access_key": given["SecretAccessKey"],
            "session_token": given["SessionToken"],
        },
    )
    assert s3.list_buckets()["Buckets"] == []


@pytest.mark.parametrize("subject", ["system:serviceaccount:other:etl", f"{SUBJECT}x"])
def test_another_subject_is_refused(aws: Emulator, issuer: Issuer, subject: str) -> None:
    with refused("AccessDenied", 403):
        _assume(aws, issuer.token(sub=subject))


def test_a_role_that_trusts_no_provider_is_refused(aws: Emulator, issuer: Issuer) -> None:
    with refused("AccessDenied", 403):
        _assume(aws, issuer.token(), f"arn:aws:iam::{PRODUCTION}:role/admin")


def test_a_token_for_somebody_else_is_refused(aws: Emulator, issuer: Issuer) -> None:
    with refused("InvalidIdentityToken", says="audience"):
        _assume(aws, issuer.token(aud="https://kubernetes.default.svc"))


DOORS = {"oidc.cloister.example:aud": "door.cloister.dev"}


@pytest.mark.parametrize(("audience", "wanted"), [("sts.amazonaws.com", "worker"), ("door.cloister.dev", "door")])
def test_of_one_pods_two_tokens_each_becomes_its_own_role_alone(
    aws: Emulator, issuer: Issuer, audience: str, wanted: str
) -> None:
    aws.client("iam").create_role(RoleName="door", AssumeRolePolicyDocument=_trust(**DOORS))
    for role in ("worker", "door"):
        arn = f"arn:aws:iam::{PRODUCTION}:role/{role}"
        if role == wanted:
            assert _assume(aws, issuer.token(aud=audience), arn)["Audience"] == audience
        else:
            with refused("AccessDenied", 403):
                _assume(aws, issuer.token(aud=audience), arn)
    with refused("AccessDenied", 403):  # nor another tenant's
        _assume(aws, issuer.token(aud=audience, sub=SUBJECT.replace("acme", "other")), ROLE.replace("worker", wanted))


def test_a_provider_that_does_not_list_the_audience_opens_nothing(aws: Emulator, issuer: Issuer) -> None:
    iam = aws.client("iam")
    iam.create_role(RoleName="door", AssumeRolePolicyDocument=_trust(**DOORS))
    provider = f"arn:aws:iam::{PRODUCTION}:oidc-provider/oidc.cloister.example"
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)
    iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40])
    with refused("InvalidIdentityToken", says="audience"):
        _assume(aws, issuer.token(aud="door.cloister.dev"), ROLE.replace("worker", "door"))


def test_a_token_that_the_issuer_did_not_sign_is_refused(aws: Emulator, issuer: Issuer) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "first"})
    for token in (issuer.token(stranger), issuer.token(iss="https://elsewhere.example"), "not.a.token"):
        with refused("InvalidIdentityToken"):
            _assume(aws, token)


def test_a_token_that_is_over_is_refused(aws: Emulator, issuer: Issuer) -> None:
    with refused("ExpiredTokenException"):
        _assume(aws, issuer.token(exp=int(time.time()) - 1))
