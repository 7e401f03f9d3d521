"""Evidence on a schedule: what is in the audit bucket verifies with openssl alone, and is there once, whoever leads."""

import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drift.audit import BUCKET
from e2e import manifests
from e2e.account import AUDIT, PRODUCTION, Account
from e2e.kinds import Object
from e2e.nodes import emulator
from e2e.operator import BINARY
from e2e.waiting import until
from e2e.world import World, running_world

TENANT = "proven"
KEY = "alias/cloister/environment/production/evidence-"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = Path(tmp_path_factory.mktemp("records"))
    with running_world(directory, sweep_seconds=8, evidence_look_seconds=1) as world:
        world.onboard(manifests.tenant(TENANT, {"name": "inbox", "objectLock": {"mode": "Governance", "days": 30}}))
        yield world
        assert world.calls.violations() == []


@pytest.fixture
def vault(world: World) -> Account:
    return Account(world.endpoints, AUDIT)


def _status(world: World, kind: str = "ClientTenant", name: str = TENANT) -> Object:
    status: Object = world.cluster.get(kind, name)["status"].get("evidence", {})
    return status


def _written(world: World, kind: str = "ClientTenant", name: str = TENANT) -> Object:
    def told() -> Object:
        return _status(world, kind, name)

    return until(f"evidence of {name} is written", told, lambda s: "lastWritten" in s and "failure" not in s)


def _signing_key(world: World) -> str:
    kms: Any = world.aws.kms
    (alias,) = [each["AliasName"] for each in kms.list_aliases()["Aliases"] if each["AliasName"].startswith(KEY)]
    arn: str = kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
    return arn


def _folder() -> str:
    return f"cloister/{PRODUCTION}/production/evidence/{datetime.now(UTC):%Y/%m/%d}/"


def _versions(vault: Account) -> list[str]:
    """A key twice where something was written over it."""
    return [v["Key"] for v in vault.s3.list_object_versions(Bucket=BUCKET, Prefix=_folder())["Versions"]]


@pytest.fixture
def fetched(world: World, vault: Account, tmp_path: Path) -> Path:
    """As an auditor has it: the day's folder."""
    _written(world)
    _written(world, "Environment", "production")
    for key in _versions(vault):
        held = vault.s3.get_object(Bucket=BUCKET, Key=key)
        assert held["ObjectLockMode"] == "COMPLIANCE"
        (tmp_path / key.rpartition("/")[2]).write_bytes(held["Body"].read())
    return tmp_path


def _openssl(key: Path, file: Path) -> int:
    signature = file.with_name(hashlib.sha256(file.read_bytes()).hexdigest() + ".sig")
    command = ["openssl", "dgst", "-sha256", "-verify", str(key), "-signature", str(signature), str(file)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def _verify(*arguments: Any) -> tuple[int, str]:
    command = [str(BINARY), "evidence", "verify", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_evidence_of_the_day_is_what_was_seen_and_verifies_without_the_operator(
    world: World, vault: Account, fetched: Path
) -> None:
    documents = sorted(file for file in fetched.iterdir() if file.suffix in (".json", ".html"))
    uid = world.cluster.get("ClientTenant", TENANT)["metadata"]["uid"]
    assert fetched / f"{TENANT}-{uid}.json" in documents
    assert len(documents) == 4
    (key,) = fetched.glob("public-key-*.pem")
    arn = _signing_key(world)
    assert key.name == f"public-key-{arn.rpartition('/')[2]}.pem"
    # Auditors need not take the bucket's word for it.
    of_auditors: Any = vault.kms
    held = base64.b64encode(of_auditors.get_public_key(KeyId=arn)["PublicKey"]).decode()
    assert "".join(key.read_text().splitlines()[1:-1]) == held
    assert [_openssl(key, file) for file in documents] == [0] * 4
    code, said = _verify(*documents)
    assert (code, said.count(": verified by")) == (0, 4), said
    report = json.loads((fetched / f"{TENANT}-{uid}.json").read_text())
    assert (report["tenant"], report["environment"]) == (TENANT, "production")
    assert report["summary"]["NotMet"] == 0, [one for one in report["safeguards"] if one["status"] == "NotMet"]
    own = json.loads(next(fetched.glob("production-*.json")).read_text())
    found = {one["id"]: one["status"] for one in own["safeguards"]}
    assert "tenant" not in own
    assert (found["T1"], found["T2"], found["R1"]) == ("Met", "Met", "NotApplicable")
    assert own["summary"]["NotMet"] == 0, [one for one in own["safeguards"] if one["status"] == "NotMet"]


def test_what_was_changed_does_not_verify(fetched: Path) -> None:
    (file,) = fetched.glob(f"{TENANT}-*.json")
    (key,) = fetched.glob("public-key-*.pem")
    signature = fetched / f"{hashlib.sha256(file.read_bytes()).hexdigest()}.sig"
    shutil.copy(signature, fetched / "kept.sig")
    file.write_text(file.read_text().replace("NotMet", "Met"))
    code, said = _verify(file)
    assert (code, "it was changed" in said) == (2, True), said
    code, said = _verify(file, "--signature", fetched / "kept.sig", "--public-key", key)
    assert (code, "NOT verified" in said) == (2, True), said
    code, said = _verify(fetched / "none.json")
    assert (code, "none.json" in said) == (1, True), said


def test_nothing_is_written_twice_even_where_the_status_was_lost(world: World, vault: Account) -> None:
    before = _written(world)
    was = [key for key in _versions(vault) if not key.endswith(".sig")]
    world.operator.kill()
    lost = {"evidence": None}
    world.cluster.set_status("ClientTenant", TENANT, lost)
    world.cluster.set_status("Environment", "production", lost)
    world.operator.restart()
    assert _written(world)["key"] == before["key"]
    _written(world, "Environment", "production")
    assert [key for key in _versions(vault) if not key.endswith(".sig")] == was
    assert len(was) == len(set(was)) == 5
    line = f'evidence_written_timestamp_seconds{{object="ClientTenant/{TENANT}",every="day"}}'
    until("its age is told", world.operator.metrics, lambda text: line in text)


def test_what_cannot_be_signed_is_told_and_made_good(world: World) -> None:
    _written(world)
    fault = {"kind": "error", "code": "KMSInternalException", "status": 500, "count": -1}
    rule = {"service": "kms", "operation": "Sign"} | fault
    number = emulator(world, "POST", "/faults", rule)["id"]
    world.cluster.set_status("ClientTenant", TENANT, {"evidence": {"lastWritten": "2026-01-01T00:00:00Z"}})
    until("it is told", lambda: _status(world), lambda s: "Sign" in s.get("failure", ""))
    until("an Event, too", lambda: world.cluster.events(TENANT, "EvidenceFailed"), bool)
    assert _status(world)["lastWritten"] == "2026-01-01T00:00:00Z"
    emulator(world, "DELETE", f"/faults?id={number}")
    assert _written(world)["lastWritten"] > "2026-01-01T00:00:00Z"


def test_only_the_operator_signs(world: World) -> None:
    kms: Any = world.aws.kms
    digest = hashlib.sha256(b"forged").digest()
    arguments = {"MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}
    with pytest.raises(kms.exceptions.ClientError, match="AccessDenied"):
        kms.sign(KeyId=_signing_key(world), Message=digest, **arguments)
