"""A real emulator on free ports for the tests beside this file, seeded anew for each."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

Call = Callable[[], Any]
TESTS = Path(__file__).resolve().parent.parent
PRODUCTION = "222222222222"
STAGING = "333333333333"
PROVISIONER = f"arn:aws:iam::{PRODUCTION}:role/CloisterProvisioner"


class Emulator:
    """The process as a test sees it: two endpoints and the control API."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port_file = directory / "ports.json"
        command = [sys.executable, "-m", "aws.server", "--port-file", str(self.port_file), "--log-dir", str(directory)]
        self.started = time.monotonic()
        self.session = boto3.Session()  # one, for it keeps the service models it has read
        self.process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(TESTS)})
        while not self.port_file.exists():
            assert self.process.poll() is None, "the emulator ended; see its log"
            assert time.monotonic() - self.started < 20, "the emulator does not start"
            time.sleep(0.02)
        self.start_seconds = time.monotonic() - self.started
        self.described: dict[str, Any] = json.loads(self.port_file.read_text())
        self.operator: dict[str, str] = self.described["operator_credentials"]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.described["control"] + path, data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def reset(self) -> None:
        self.operator = self.control("POST", "/reset")["operator_credentials"]

    def credentials(self, account: str = PRODUCTION, role: str = "admin") -> dict[str, str]:
        found: dict[str, str] = self.control("GET", f"/credentials?account={account}&role={role}")
        return found

    def with_second_factor(self, account: str, age: int) -> dict[str, str]:
        """A session whose second factor was given so many seconds ago."""
        found: dict[str, str] = self.control("GET", f"/credentials?account={account}&role=admin&second_factor={age}")
        return found

    def client(
        self,
        service: str,
        credentials: dict[str, str] | None = None,
        region: str = "us-east-1",
        endpoint: str = "endpoint",
        timeout: float = 10,
    ) -> Any:
        """As production's administrator unless credentials are given; never retries."""
        given = credentials or self.credentials()
        return self.session.client(
            service,  # type: ignore[call-overload]  # the stubs want a literal
            endpoint_url=self.described[endpoint],
            region_name=region,
            aws_access_key_id=given["access_key_id"],
            aws_secret_access_key=given["secret_access_key"],
            aws_session_token=given["session_token"],
            config=Config(
                retries={"total_max_attempts": 1},
                read_timeout=timeout,
                parameter_validation=False,  # it is the service's refusals that are tested
                signature_version="s3v4" if service == "s3" else None,  # boto3 presigns by the old one otherwise
                s3={"addressing_style": "path"},
            ),
        )

    def assume(self, role: str = PROVISIONER, external_id: str = "cloister-production", **more: Any) -> dict[str, str]:
        sts = self.client("sts", self.operator)
        answer = sts.assume_role(RoleArn=role, RoleSessionName="test", ExternalId=external_id, **more)["Credentials"]
        return {
            "access_key_id": answer["AccessKeyId"],
            "secret_access_key": answer["SecretAccessKey"],
            "session_token": answer["SessionToken"],
        }

    def calls(self, since: int = 0, **wanted: str) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={value}" for name, value in wanted.items())
        found: list[dict[str, Any]] = self.control("GET", f"/calls?since={since}&{query}")["calls"]
        return found

    def violations(self) -> list[str]:
        return [found["rule"] for found in self.control("GET", "/violations")["violations"]]

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(60)


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("emulator"))
    yield emulator
    assert emulator.stop() == 0


@pytest.fixture
def aws(running: Emulator) -> Emulator:
    running.reset()
    return running


@contextmanager
def refused(code: str, status: int | None = None, says: str = "") -> Iterator[None]:
    """The call within is refused with this code, status and message."""
    with pytest.raises(ClientError) as caught:
        yield
    response = caught.value.response
    assert response["Error"]["Code"] == code, response["Error"]
    assert status is None or response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert says in response["Error"]["Message"]


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | more


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource} | more


def trusting(principal: str) -> str:
    return document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"})
