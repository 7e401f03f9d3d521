"""Who calls: the credentials that were issued, and the session behind each.

Signatures are not checked (it would cost more than the call), but an access key that was never issued, or whose
token does not belong to it, is refused as AWS refuses it. moto maps those to its default account, so that credentials
kept over a reset would quietly work in the wrong account.
"""

import secrets
import time
from dataclasses import dataclass, field

from aws.errors import AwsError


@dataclass(frozen=True, slots=True)
class Caller:
    account: str
    arn: str
    user_id: str
    principal_arn: str  # the role's ARN for a session of it; what aws:PrincipalArn says
    role: str = ""  # role name, empty for root
    role_id: str = ""
    session_policies: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    source_identity: str = ""
    second_factor: float = 0  # when it was given; 0 is never
    began: float = field(default_factory=time.time, compare=False)

    @property
    def is_root(self) -> bool:
        return not self.role


@dataclass(frozen=True, slots=True)
class Credentials:
    access_key_id: str
    secret_access_key: str
    session_token: str
    expires: float
    caller: Caller

    def public(self) -> dict[str, str]:
        return {
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
            "session_token": self.session_token,
        }


class Principals:
    def __init__(self) -> None:
        self.issued: dict[str, Credentials] = {}

    def issue(self, caller: Caller, seconds: float = 43200) -> Credentials:
        credentials = Credentials(
            access_key_id="ASIA" + secrets.token_hex(8).upper(),
            secret_access_key=secrets.token_urlsafe(30),
            session_token=secrets.token_urlsafe(48),
            expires=time.time() + seconds,
            caller=caller,
        )
        self.issued[credentials.access_key_id] = credentials
        return credentials

    def identify(self, access_key: str, token: str | None, service: str) -> Caller:
        if not access_key:
            raise _unsigned(service)
        credentials = self.issued.get(access_key)
        if credentials is None or credentials.session_token != token:
            raise _unknown(service)
        if credentials.expires < time.time():
            code, status = ("ExpiredToken", 400 if service == "s3" else 403)
            if service in ("kms", "redshift-data", "sqs", "tagging"):
                code, status = "ExpiredTokenException", 400
            raise AwsError(code, "The security token included in the request is expired", status)
        return credentials.caller


def _unsigned(service: str) -> AwsError:
    if service == "s3":
        return AwsError("AccessDenied", "Access Denied", 403)
    return AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)


def _unknown(service: str) -> AwsError:
    message = "The security token included in the request is invalid."
    if service == "s3":
        return AwsError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403)
    if service == "ec2":
        return AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    if service in ("kms", "redshift-data", "tagging"):
        return AwsError("UnrecognizedClientException", message, 400)
    return AwsError("InvalidClientTokenId", message, 403)


PRINCIPALS = Principals()
