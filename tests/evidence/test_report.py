"""The report of a good tenant, its exceptions, and its formats."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from e2e.world import World
from evidence.conftest import GOOD
from evidence.verb import TENANT, asleep, listed, look, run

NAME = yaml.safe_load(GOOD.read_text())["spec"]["displayName"]
STATUSES = {"Met", "NotMet", "Excepted", "NotApplicable", "NotManaged", "NotOurs"}


def test_a_good_tenant_has_no_safeguard_that_is_not_met(world: World) -> None:
    seen = look(world)
    assert (seen.red, seen.code) == (set(), 0)
    ids = [finding["id"] for finding in seen.report["safeguards"]]
    assert ids == [one["id"] for one in listed()]
    assert len(ids) == len(set(ids)) == 60
    assert set(seen.statuses.values()) <= STATUSES
    assert sum(seen.report["summary"].values()) == len(ids)
    about = {key: seen.report[key] for key in ("tenant", "displayName", "environment", "account", "region")}
    assert about == {
        "tenant": TENANT,
        "displayName": NAME,
        "environment": "production",
        "account": "222222222222",
        "region": "us-east-1",
    }


def test_what_is_met_is_proven(world: World) -> None:
    for finding in look(world).report["safeguards"]:
        proofs = finding["proofs"]
        if finding["status"] == "Met":
            assert proofs and all(proof["holds"] and "wanted" not in proof for proof in proofs)
            assert finding["lookedAt"]
        else:
            assert finding["reason"] and not proofs


def test_the_look_changes_nothing_and_says_what_it_costs(world: World) -> None:
    with asleep(world):
        since = world.calls.mark("evidence")
        seen = look(world)
        asked = world.calls.since(since)
    assert not [call for call in asked if call.mutating]
    assert len(asked) > 20
    # Before it is in the role that the operator assumes, there is one more.
    assert seen.report["awsCalls"] - len(asked) in (0, 1)


def _write(tmp_path: Path, *exceptions: Any) -> str:
    file = tmp_path / "exceptions.yaml"
    file.write_text(yaml.safe_dump({"exceptions": exceptions}))
    return str(file)


@pytest.fixture
def unlocked(world: World) -> str:
    """A bucket that itself declares less than the checklist demands."""
    name = "open"
    spec = {"deletionPolicy": "Delete"}
    meta = {"name": name, "namespace": TENANT}
    world.cluster.apply({"apiVersion": "cloister.dev/v1alpha1", "kind": "IngestBucket", "metadata": meta, "spec": spec})
    found = world.cluster.wait_ready("IngestBucket", name, TENANT, timeout=60)
    return f"s3-bucket/{found['status']['bucketName']}"


def _excepted(resource: str, expires: str = "2999-12-31") -> dict[str, str]:
    why = {"reason": "Copies only, made anew each night", "owner": "privacy@proof.example"}
    return {"safeguard": "S8", "resource": resource, "expires": expires, **why}


def test_a_manifest_that_declares_less_is_red_until_somebody_answers_for_it(
    world: World, unlocked: str, tmp_path: Path
) -> None:
    seen = look(world)
    assert (seen.red, seen.code) == ({"S8"}, 2)
    assert seen.failing("S8") == {(unlocked, "objectLock.mode"), (unlocked, "objectLock.days")}

    seen = look(world, "--exceptions", _write(tmp_path, _excepted(unlocked)))
    assert (seen.statuses["S8"], seen.code) == ("Excepted", 0)
    assert len(seen.failing("S8")) == 2
    assert [used["state"] for used in seen.report["exceptions"]] == ["Applied"]

    seen = look(world, "--exceptions", _write(tmp_path, _excepted(unlocked, "2020-01-31")))
    assert (seen.statuses["S8"], seen.code) == ("NotMet", 2)
    assert [used["state"] for used in seen.report["exceptions"]] == ["Expired"]

    seen = look(world, "--exceptions", _write(tmp_path, _excepted("s3-bucket/another")))
    assert (seen.statuses["S8"], seen.code) == ("NotMet", 2)
    assert [used["state"] for used in seen.report["exceptions"]] == ["Unused"]

    done = run(world, TENANT, "--format", "oscal", "--exceptions", _write(tmp_path, _excepted(unlocked)))
    (result,) = json.loads(done.stdout)["assessment-results"]["results"]
    (risk,) = result["risks"]
    assert (risk["status"], risk["deadline"]) == ("deviation-approved", "3000-01-01T00:00:00Z")
    world.cluster.delete("IngestBucket", "open", TENANT)
    world.cluster.wait_gone("IngestBucket", "open", TENANT)


def test_everything_that_is_wrong_with_exceptions_is_told_at_once(world: World, tmp_path: Path) -> None:
    wrong = {"safeguard": "S99", "resource": "bucket", "reason": "", "expires": "soon", "until": "then"}
    done = run(world, TENANT, "--exceptions", _write(tmp_path, wrong))
    assert (done.returncode, done.stdout) == (1, "")
    for field in ("safeguard", "resource", "reason", "owner", "expires", "until"):
        assert f"exceptions[0].{field}: " in done.stderr
    (tmp_path / "no.yaml").write_text("exceptions: [")
    done = run(world, TENANT, "--exceptions", str(tmp_path / "no.yaml"))
    assert done.returncode == 1 and "is not YAML" in done.stderr


def test_a_tenant_that_is_not_there_is_told(world: World) -> None:
    done = run(world, "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ClientTenant nobody does not exist" in done.stderr


def test_markdown_is_one_table_whose_rows_are_whole(world: World) -> None:
    done = run(world, TENANT)
    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 60
    assert {line.replace("\\|", "").count("|") for line in rows} == {7}
    assert "<script>" not in done.stdout and "&lt;script&gt;" in done.stdout


_VOID = {"meta", "br", "hr", "img", "input", "link"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.heard = ""
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        found = [str(given[name]) for name in ("src", "href", "data", "srcset") if name in given]
        self.loaded += [each for each in found if not each.startswith("#")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.heard += data


def test_html_is_well_formed_loads_nothing_and_escapes_what_it_is_told(world: World) -> None:
    done = run(world, TENANT, "--format", "html")
    page = _Page()
    page.feed(done.stdout)
    page.close()
    assert page.open == [] and page.loaded == []
    assert "url(" not in done.stdout and "@import" not in done.stdout and "<script" not in done.stdout
    assert NAME in page.heard
    assert [each for each in page.ids if not each.startswith("family-")] == [one["id"] for one in listed()]
    for words in ("Met", "Not managed", "Not ours"):
        assert words in page.heard


# https://pages.nist.gov/OSCAL-Reference/models/v1.1.2/assessment-results/json-reference/
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_NEEDED = {
    "metadata": {"title", "last-modified", "version", "oscal-version"},
    "results": {"uuid", "title", "description", "start", "reviewed-controls"},
    "observations": {"uuid", "description", "methods", "collected"},
    "findings": {"uuid", "title", "description", "target"},
    "target": {"type", "target-id", "status"},
    "props": {"name", "value"},
}


def _parts(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every object and list of a document, by the field that it is in."""
    if isinstance(value, list):
        yield name, value
        for one in value:
            yield from _parts(one, name)
    elif isinstance(value, dict):
        yield name, value
        for field, inner in value.items():
            yield from _parts(inner, field)


def test_oscal_is_as_its_reference_says_and_holds_every_safeguard(world: World) -> None:
    done = run(world, TENANT, "--format", "oscal")
    document = json.loads(done.stdout)
    uuids: list[str] = []
    for name, part in _parts(document):
        assert part, f"{name}: OSCAL leaves out what is empty"
        if isinstance(part, dict):
            assert _NEEDED.get(name, set()) <= part.keys(), name
            uuids += [part["uuid"]] if "uuid" in part else []
    assert len(uuids) == len(set(uuids)) and all(map(_UUID.fullmatch, uuids))
    (result,) = document["assessment-results"]["results"]
    (selection,) = result["reviewed-controls"]["control-selections"]
    included = [control["control-id"] for control in selection["include-controls"]]
    excluded = [control["control-id"] for control in selection["exclude-controls"]]
    assert sorted(included + excluded) == sorted(one["id"] for one in listed())
    assert [finding["target"]["target-id"] for finding in result["findings"]] == included
    observed = {one["uuid"] for one in result["observations"]}
    for finding in result["findings"]:
        met = finding["target"]["status"]["state"] == "satisfied"
        related = {one["observation-uuid"] for one in finding.get("related-observations", [])}
        assert related <= observed and (related or not met)
