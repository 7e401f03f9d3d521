"""One AWS account as a session of one of its roles sees it: no retries, nothing cached."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from e2e.loopback import HTTP

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_redshift import RedshiftClient
    from mypy_boto3_redshift_data import RedshiftDataAPIServiceClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

PRODUCTION = "222222222222"
STAGING = "333333333333"
AUDIT = "444444444444"
REGION = "us-east-1"

_CONFIG = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})


@dataclass(frozen=True)
class Endpoints:
    secure: str
    # The same service without TLS, as policies see it.
    insecure: str
    control: str

    @classmethod
    def read(cls, port_file: Path) -> "Endpoints":
        told = json.loads(port_file.read_text())
        return cls(told["endpoint"], told["insecure_endpoint"], told["control"])


class Account:
    """The administrator, unless a role is named."""

    def __init__(
        self, endpoints: Endpoints, number: str = PRODUCTION, role: str = "admin", region: str = REGION
    ) -> None:
        self.number = number
        self.role = role
        self.region = region
        self._endpoints = endpoints
        asked = {"account": number, "role": role}
        answer = HTTP.get(f"{endpoints.control}/credentials", params=asked, timeout=10)
        answer.raise_for_status()
        given = answer.json()
        self._session = boto3.Session(
            aws_access_key_id=given["access_key_id"],
            aws_secret_access_key=given["secret_access_key"],
            aws_session_token=given["session_token"],
            region_name=region,
        )

    def in_region(self, region: str) -> "Account":
        return Account(self._endpoints, self.number, self.role, region)

    def of_account(self, number: str) -> "Account":
        return Account(self._endpoints, number)

    def as_role(self, role: str) -> "Account":
        """A session of another role, without asking that role's trust policy."""
        return Account(self._endpoints, self.number, role, self.region)

    @cached_property
    def s3(self) -> "S3Client":
        return self._session.client("s3", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def insecure_s3(self) -> "S3Client":
        return self._session.client("s3", endpoint_url=self._endpoints.insecure, config=_CONFIG)

    @cached_property
    def kms(self) -> "KMSClient":
        return self._session.client("kms", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def redshift_data(self) -> "RedshiftDataAPIServiceClient":
        return self._session.client("redshift-data", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def redshift(self) -> "RedshiftClient":
        return self._session.client("redshift", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def logs(self) -> Any:
        return self._session.client("logs", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def events(self) -> Any:
        return self._session.client("events", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def cloudwatch(self) -> Any:
        return self._session.client("cloudwatch", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def cloudtrail(self) -> Any:
        return self._session.client("cloudtrail", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def guardduty(self) -> Any:
        return self._session.client("guardduty", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def config(self) -> Any:
        return self._session.client("config", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def dynamodb(self) -> Any:
        return self._session.client("dynamodb", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def iam(self) -> "IAMClient":
        return self._session.client("iam", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def sts(self) -> Any:
        return self._session.client("sts", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def sqs(self) -> "SQSClient":
        return self._session.client("sqs", endpoint_url=self._endpoints.secure, config=_CONFIG)

    @cached_property
    def s3control(self) -> Any:
        client = self._session.client("s3control", endpoint_url=self._endpoints.secure, config=_CONFIG)
        client.meta.events.register("before-call.s3-control", self._whole_address)
        return client

    def _whole_address(self, params: dict[str, Any], **_: Any) -> None:
        """boto3 puts the account before the host, and before an address that makes none."""
        params["url"] = params["url"].replace(f"{self.number}.", "")

    @cached_property
    def ec2(self) -> "EC2Client":
        return self._session.client("ec2", endpoint_url=self._endpoints.secure, config=_CONFIG)
