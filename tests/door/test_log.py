"""Who saw what and when: complete, without PHI, and nothing shown that is not on it."""

import contextlib
import hashlib
import hmac
import json
import re
import shutil
import threading

from door.browser import Browser
from door.conftest import GENEROUS
from door.scene import PHI, Scene
from door.server import Door
from e2e.waiting import until

KEY = bytes(range(32))
FIELDS = {
    "time", "request", "tenant", "app", "pod", "user", "session", "source", "method", "route", "path", "records",
    "status", "milliseconds", "decision",
}  # fmt: skip


def pseudonym(name: str) -> str:
    return hmac.new(KEY, name.encode(), hashlib.sha256).hexdigest()[:16]


def test_each_request_is_recorded_without_what_it_was_about(scene: Scene, amy: Browser) -> None:
    door = amy.door
    before = len(door.spooled())
    scene.application.headers = [("Cloister-Record", f"claims/77, patients/{PHI},{PHI}")]
    try:
        for path in (f"/claims/{PHI}?name={PHI}", f"/patients/{PHI}/x", "/claims/%6aohn-doe-hiv/", "/claims"):
            assert amy.ask("GET", path, {"User-Agent": PHI, "Referer": f"{door.origin}/{PHI}"}).status_code == 200
    finally:
        scene.application.headers = []
    amy.ask(PHI.upper(), f"/.cloister/{PHI}")
    lines = door.spooled()[before:]
    named = pseudonym(PHI)
    shown = [(line["route"], line["path"], line["decision"], line["method"]) for line in lines]
    assert shown == [
        ("/claims/:id", f"/claims/~{named}", "Allowed", "GET"),
        ("unlisted", f"/~{pseudonym('patients')}/~{named}/~{pseudonym('x')}", "Allowed", "GET"),
        ("/claims/:id", f"/claims/~{named}", "Allowed", "GET"),
        ("/claims", "/claims", "Allowed", "GET"),
        ("/.cloister/-", "/.cloister/-", "Refused", "other"),
    ]
    line = lines[0]
    assert line["records"] == [
        f"claims/{named}", f"claims/{pseudonym('77')}", f"patients/{named}", f"~{named}",
    ]  # fmt: skip
    assert set(line) == FIELDS and (line["tenant"], line["app"], line["pod"]) == ("acme-health", "claims", "door")
    assert (line["user"], line["source"], line["status"]) == ("amy", "127.0.0.1", 200)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z", line["time"]) and len(line["session"]) == 12
    assert line["request"] == scene.application.seen[-4].header("cloister-request-id")[0]
    told = json.dumps(door.spooled()) + door.log.read_text() + door.inside("metrics").text
    cookie = amy.cookie()
    assert cookie and PHI not in told.lower() and cookie not in told and "eyJ" not in told


def test_without_a_record_nothing_is_shown(scene: Scene) -> None:
    door = scene.start_door("unwritable", *GENEROUS)
    browser = scene.browser(door)
    browser.sign_in("amy")
    shutil.rmtree(door.spool)
    answer = browser.open("/claims/1")
    assert answer.status_code == 503 and "ok</" not in answer.text and "record cannot be written" in answer.text
    assert door.said() == "access records cannot be written"
    seen = len(scene.application.seen)
    assert browser.post("/claims").status_code == 503
    assert len(scene.application.seen) == seen, "nor is anything changed"
    door.spool.mkdir()
    assert browser.open("/claims/1").status_code == 200
    assert [line["path"] for line in door.spooled()] == [f"/claims/~{pseudonym('1')}"]
    door.stop()


def test_a_spool_that_is_full_shows_nothing(scene: Scene) -> None:
    door = scene.start_door("full", *GENEROUS, "--spool-bytes=4000", "--ship-seconds=3600")
    browser = scene.browser(door)
    statuses = [browser.fetch("/").status_code for _ in range(20)]
    assert statuses[0] == 401 and statuses[-1] == 503
    door.kill()


def test_records_are_shipped_and_none_is_lost(scene: Scene) -> None:
    door = scene.start_door("shipping", *GENEROUS, "--ship-seconds=1")
    browser = scene.browser(door)
    browser.sign_in("amy")
    refused = {"kind": "error", "service": "s3", "operation": "PutObject", "code": "InternalError", "status": 500}
    with scene.fault(**refused, count=-1):
        for n in range(5):
            assert browser.fetch(f"/claims/{n}").status_code == 200, "what waits for S3 is no reason to wait"
        until("it was tried", lambda: 'ships_total{outcome="failed"}' in door.inside("metrics").text)
        assert len(door.spooled()) >= 5
    until("all is shipped", door.spooled, lambda left: left == [], timeout=10)
    browser.fetch("/claims/5")
    door.kill()
    left = door.spooled()
    torn = next(door.spool.glob("*.open"))
    with torn.open("a") as file:
        file.write('{"time":"half a li')
    scene.processes.start_again(door.name)
    until("what was left is shipped", lambda: not list(door.spool.glob("*.jsonl")), timeout=10)
    until("the door is ready", door.said, lambda said: said == "ok")
    browser.fetch("/claims/6")
    door.stop()
    assert list(door.spool.glob("*.jsonl")) == [], "at the end all is shipped"

    shipped = {key: lines for key, lines in scene.shipped().items() if "/shipping-" in key}
    key = r"app-access/acme-health/claims/\d{4}/\d\d/\d\d/shipping-\d{8}T\d{6}\.\d{3}Z-\d+\.jsonl\.gz"
    assert all(re.fullmatch(key, name) for name in shipped), sorted(shipped)
    lines = [line for name in sorted(shipped) for line in shipped[name]]
    assert all(line in lines for line in left)
    paths = [line["path"] for line in lines if line["decision"] == "Allowed" and line["route"] == "/claims/:id"]
    assert paths == [f"/claims/~{pseudonym(str(n))}" for n in range(7)], "each once, and in order"
    assert len({line["request"] for line in lines}) == len(lines)


def test_a_full_file_is_shipped_at_once(scene: Scene) -> None:
    door = scene.start_door("filling", *GENEROUS, "--ship-seconds=3600", "--ship-bytes=2000")
    browser = scene.browser(door)
    for _ in range(12):
        browser.fetch("/")
    until("a file was shipped", lambda: [key for key in scene.shipped() if "/filling-" in key], timeout=5)
    door.stop()


def test_who_does_not_wait_for_the_answer_is_on_record_too(scene: Scene, door: Door, amy: Browser) -> None:
    scene.application.gate.clear()
    before = len(door.spooled())

    def leave() -> None:
        with contextlib.suppress(OSError):
            amy.ask("GET", "/slow", timeout=0.3)

    thread = threading.Thread(target=leave)
    thread.start()
    thread.join()
    scene.application.gate.set()
    until("it is on record", lambda: len(door.spooled()) > before)
    assert door.spooled()[-1]["decision"] == "Allowed"
