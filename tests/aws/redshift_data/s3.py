"""S3 for COPY and UNLOAD: the cluster becomes the role and asks S3 as that role, with all that S3 demands.

https://docs.aws.amazon.com/redshift/latest/mgmt/authorizing-redshift-service.html
https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-access-permissions.html
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar
from urllib.parse import quote

from aws import stores
from aws.authorization import check
from aws.call import Call
from aws.errors import AwsError
from aws.fallback import MOTO
from aws.message import Request, Response
from aws.policy import context
from aws.policy.document import TRUST
from aws.policy.evaluate import Policies, Principal, decide
from aws.principals import Caller
from aws.redshift_data.clusters import Key, known
from aws.registry import HANDLERS
from aws.sts import ROLE, session_of
from redshift.errors import SqlError
from redshift.objects import service_exception

SERVICE = "redshift.amazonaws.com"
MESSAGES = {"NoSuchKey": "The specified key does not exist."}
T = TypeVar("T")


class RoleObjects:
    """Everything is done on the emulator's loop, since that is where its state changes."""

    def __init__(self, loop: asyncio.AbstractEventLoop, region: str, caller: Caller) -> None:
        self.loop, self.region, self.caller = loop, region, caller

    def listed(self, bucket: str, prefix: str) -> list[str]:
        def keys() -> list[str]:
            self._asked("ListObjectsV2", "GET", bucket, "", {"list-type": "2", "prefix": prefix})
            found = stores.bucket(bucket)
            assert found is not None, "the call above would have failed"
            return sorted(
                key for key, version in found.keys.items() if key.startswith(prefix) and hasattr(version, "value")
            )

        return on_loop(self.loop, keys)

    def read(self, bucket: str, key: str) -> bytes:
        return on_loop(self.loop, lambda: self._asked("GetObject", "GET", bucket, key).body)

    def write(self, bucket: str, key: str, body: bytes, kms_key: str | None) -> None:
        headers = {"content-length": str(len(body))}
        if kms_key:
            headers["x-amz-server-side-encryption"] = "aws:kms"
            headers["x-amz-server-side-encryption-aws-kms-key-id"] = kms_key
        on_loop(self.loop, lambda: self._asked("PutObject", "PUT", bucket, key, {}, headers, body))

    def _asked(
        self,
        operation: str,
        method: str,
        bucket: str,
        key: str,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        path = "/" + quote(f"{bucket}/{key}" if key else bucket)
        told = "&".join(f"{name}={quote(value, safe='')}" for name, value in (query or {}).items())
        # moto takes a request without these for an anonymous one.
        scope = f"REDSHIFT/20260101/{self.region}/s3/aws4_request"
        signed = {"host": "127.0.0.1", "authorization": f"AWS4-HMAC-SHA256 Credential={scope}"}
        request = Request(method, f"{path}?{told}" if told else path, signed | (headers or {}), body, secure=True)
        call = Call(request, "s3", operation, self.region, "", query=query or {}, bucket=bucket, key=key)
        call.caller = self.caller
        try:
            check.check(call)
            handler: Callable[[Call], Any] = HANDLERS.get(("s3", operation), MOTO.answer)
            response: Response = handler(call)
        except AwsError as error:
            raise service_exception(error.message, error.status, error.code) from error
        if response.status >= 400:
            raise service_exception(MESSAGES.get(call.error_code, ""), response.status, call.error_code)
        return response


def on_loop(loop: asyncio.AbstractEventLoop, do: Callable[[], T]) -> T:
    done: Future[T] = Future()

    def act() -> None:
        try:
            done.set_result(do())
        except BaseException as error:
            done.set_exception(error)

    loop.call_soon_threadsafe(act)
    return done.result(30)


def assuming(loop: asyncio.AbstractEventLoop, cluster: Key) -> Callable[[str, str], RoleObjects]:
    """What a session of that cluster becomes a role with."""

    def assume(user: str, role: str) -> RoleObjects:
        return on_loop(loop, lambda: RoleObjects(loop, cluster[1], _become(cluster, user, role)))

    return assume


def _become(key: Key, user: str, arn: str) -> Caller:
    account, region, identifier = key
    cluster = known(account, region, identifier)
    if arn == "default":
        arn = cluster.default_role
    me = f"arn:aws:redshift:{region}:{account}:dbuser:{identifier}/{user}"
    refusal = SqlError(f"User {me} is not authorized to assume IAM Role {arn}", "XX000")
    match = ROLE.fullmatch(arn)
    role = stores.role(*match.groups()) if match else None
    if arn not in cluster.roles or role is None or role.arn != arn:
        raise refusal
    source = f"arn:aws:redshift:{region}:{account}:cluster:{identifier}"
    lookup = context.lookup_in(context.service(SERVICE, source, account) | {"sts:externalid": [me]})
    trust = Policies(resource=role.assume_role_policy_document, resource_kind=TRUST)
    if not decide(Principal(service=SERVICE), role.account_id, "sts:AssumeRole", arn, lookup, trust).allowed:
        raise refusal
    return session_of(role.account_id, role.name, f"RedshiftIamRoleSession-{identifier}")
