"""What was written down of the flows, which run before: everything, and nothing of the claims."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from claims.generate import Claim

from browser.chromium import SCREENSHOTS
from browser.conftest import NOTES
from browser.world import World
from door.server import Door

Line = dict[str, object]


@pytest.fixture(scope="module")
def lines(world: World, door: Door, hasty: Door) -> list[Line]:
    """After both doors have ended."""
    metrics = "".join(each.inside("metrics").text for each in (door, hasty))
    (world.directory / "logs" / "metrics.txt").write_text(metrics)
    for each in (door, hasty):
        each.stop()
        assert each.spooled() == []
    return world.recorded()


def _route(path: str) -> str:
    path = urlsplit(path).path
    return re.sub(r"^/claims/.+$", "/claims/:id", re.sub(r"^/static/.+$", "/static/:file", path))


def test_every_request_is_in_the_access_log(world: World, lines: list[Line]) -> None:
    assert len(world.asked) > 60, "the flows of test_flows.py run before"
    asked = Counter((method, _route(url), status) for method, url, status in world.asked)
    written = Counter((str(line["method"]), str(line["route"]), line["status"]) for line in lines)
    assert {key: count for key, count in asked.items() if written[key] < count} == {}
    assert len({line["request"] for line in lines}) == len(lines)


def test_each_line_says_who_and_what(world: World, lines: list[Line], rows: list[Claim]) -> None:
    shown = [line for line in lines if line["decision"] == "Allowed" and line["status"] == 200]
    assert {line.get("user") for line in shown if not str(line["route"]).startswith("/.cloister/")} == {"amy"}
    assert all(line["session"] for line in shown if line.get("user"))
    opened = [line for line in shown if line["route"] == "/claims/:id"]
    names = {world.pseudonym(row["claim_id"]) for row in rows}
    for line in opened:
        assert isinstance(line["records"], list)
        assert len(line["records"]) == 1 and set(line["records"]) <= names
    assert [world.pseudonym("C00000003")] in [line["records"] for line in opened]
    lists = [line["records"] for line in shown if line["route"] == "/claims"]
    assert lists and all(isinstance(each, list) and each and set(each) <= names for each in lists)
    refused = {(line.get("user"), line.get("reason")) for line in lines if line["decision"] == "Refused"}
    assert {("ben", "NotThisTenant"), ("pat", "NoSecondFactor")} <= refused
    decisions = {line["decision"] for line in lines}
    assert {"Allowed", "SignedIn", "SignedOut", "SignedOutEverywhere", "NoSession", "Expired", "Refused"} <= decisions


def test_nothing_of_a_claim_is_written_down(world: World, lines: list[Line], rows: list[Claim]) -> None:
    assert lines
    told = {"access log": str(lines)}
    for file in [*(world.directory / "logs").iterdir(), world.app.log, *(world.aws.directory.glob("*.log"))]:
        told[file.name] = file.read_text(errors="replace")
    assert len(told) >= 5 and all(told.values()), {name: len(text) for name, text in told.items()}
    values = {row[name] for row in rows for name in ("claim_id", "member_id", "member_name")}
    values |= {word.strip(",") for row in rows for word in row["member_name"].split()} | set(NOTES)
    values |= {"Ophkra", "household"}
    found = {(name, value) for name, text in told.items() for value in values if value in text}
    assert found == set()


def test_pictures_were_kept() -> None:
    pictures = sorted(SCREENSHOTS.glob("*.png"))
    assert len(pictures) >= 16 and all(picture.stat().st_size > 5000 for picture in pictures)
    print(f"\nscreenshots: {Path(*SCREENSHOTS.parts[-2:])}")
