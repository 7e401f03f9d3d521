"""How sessions go on, and how they end: on the server, whatever the browser keeps."""

import time
from typing import Any

import pytest

from door.browser import Browser
from door.conftest import GENEROUS
from door.scene import CLIENT, Scene
from door.server import Door
from e2e.loopback import HTTP
from e2e.waiting import until

# What one door has read counts there for so long.
FRESH = 2.0
# The provider tells seconds, so a sign-in is certainly after the end of all sessions when it is so much after.
WHOLE = 2.0
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture(scope="module")
def second(scene: Scene, door: Door) -> Door:
    """Another pod of the same application."""
    return scene.start_door("second", *GENEROUS)


def copy_of(browser: Browser, scene: Scene, door: Door | None = None) -> Browser:
    """Whoever has the cookie."""
    other = scene.browser(door or browser.door)
    cookie = browser.cookie()
    assert cookie
    other.put_cookie(cookie)
    return other


def has_ended(browser: Browser) -> None:
    until("the session has ended", lambda: browser.fetch("/").status_code, lambda s: s == 401, timeout=FRESH + 1)


def test_a_cookie_is_worth_nothing_after_signing_out(scene: Scene, browser: Browser, second: Door) -> None:
    browser.sign_in("ada")
    kept, elsewhere = copy_of(browser, scene), copy_of(browser, scene, second)
    assert kept.fetch("/").status_code == elsewhere.fetch("/").status_code == 200
    answer = browser.post("/.cloister/logout")
    assert answer.status_code == 303 and browser.cookie() is None
    leaving = browser.follow(answer)
    assert f"{scene.provider.issuer}/session/end?client_id={CLIENT}" in leaving.text
    assert kept.fetch("/").status_code == 401, "at once where it ended"
    has_ended(elsewhere)
    assert kept.open("/claims").headers["location"] == "/.cloister/login?return=%2Fclaims"


def test_signing_out_everywhere_ends_all_sessions_of_the_user_in_all_pods(
    scene: Scene, second: Door, door: Door
) -> None:
    here, there, else_ = scene.browser(door), scene.browser(second), scene.browser(door)
    for browser in (here, there, else_):
        assert browser.sign_in("ada").status_code == 200
    assert here.post("/.cloister/logout-everywhere").status_code == 303
    assert door.spooled()[-1]["decision"] == "SignedOutEverywhere"
    assert else_.fetch("/").status_code == 401
    has_ended(there)
    time.sleep(WHOLE)
    assert scene.browser(second).sign_in("ada").status_code == 200, "and who signs in anew is in"


def logout_token(scene: Scene, *, stranger: bool = False, header: dict[str, Any] | None = None, **changed: Any) -> str:
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": scene.provider.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": str(now), "sub": "ada",
        "events": {EVENT: {}},
    } | changed  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    told = {"claims": claims, "stranger": stranger, "header": {"typ": "logout+jwt"} | (header or {})}
    token: str = scene.provider.ask("token", **told)["token"]
    return token


def test_the_provider_ends_sessions(scene: Scene, browser: Browser, second: Door) -> None:
    browser.sign_in("ada")
    elsewhere = copy_of(browser, scene, second)
    assert elsewhere.fetch("/").status_code == 200
    forgeries: tuple[dict[str, Any], ...] = (
        {"stranger": True},
        {"aud": "another"},
        {"iss": "https://another.example"},
        {"events": None},
        {"events": {"another": {}}},
        {"nonce": "n"},
        {"sub": None},
        {"jti": None},
        {"exp": int(time.time()) - 120},
        {"header": {"crit": ["x"]}},
    )
    for wrong in forgeries:
        told = {"logout_token": logout_token(scene, **wrong)}
        answer = browser.ask("POST", "/.cloister/backchannel-logout", data=told)
        assert answer.status_code == 400, wrong
    assert browser.ask("POST", "/.cloister/backchannel-logout", data=b"x" * 100_000).status_code == 400
    assert browser.fetch("/").status_code == 200

    told = {"logout_token": logout_token(scene)}
    assert browser.ask("POST", "/.cloister/backchannel-logout", data=told).status_code == 200
    assert browser.fetch("/").status_code == 401
    has_ended(elsewhere)
    time.sleep(WHOLE)


def test_the_provider_ends_one_of_its_own_sessions(scene: Scene, door: Door) -> None:
    other, one = scene.browser(door), scene.browser(door)
    other.sign_in("ada")
    one.sign_in("ada")
    told = {"logout_token": logout_token(scene, sub=None, sid=scene.provider.ask("sid", user="ada")["sid"])}
    assert one.ask("POST", "/.cloister/backchannel-logout", data=told).status_code == 200
    assert (one.fetch("/").status_code, other.fetch("/").status_code) == (401, 200)


def test_sessions_outlive_the_door(scene: Scene) -> None:
    door = scene.start_door("restarted", *GENEROUS)
    browser = scene.browser(door)
    browser.sign_in("ada")
    door.kill()
    scene.processes.start_again(door.name)
    until("the door is ready", door.said, lambda said: said == "ok")
    assert browser.fetch("/").status_code == 200
    door.stop()


def test_who_is_idle_or_stays_too_long_is_signed_out(scene: Scene) -> None:
    limits = {"idleSeconds": 3, "absoluteSeconds": 7, "warningSeconds": 1}
    door = scene.start_door("short", *GENEROUS, sessions=limits)
    idle, busy = scene.browser(door), scene.browser(door)
    idle.sign_in("ada")
    began = time.monotonic()
    busy.sign_in("ada")
    told = idle.fetch("/.cloister/session").json()
    assert told["user"] == "ada" and told["name"] == "ada@example" and told["warningSeconds"] == 1
    assert told["idleSeconds"] <= 3 and told["absoluteSeconds"] <= 7
    while time.monotonic() - began < 4:
        time.sleep(0.4)
        idle.fetch("/.cloister/session")  # which is not activity
        assert busy.post("/.cloister/extend").status_code == 200
    answer = idle.open("/claims/10023")
    assert answer.headers["location"].startswith("/.cloister/login?return=") and idle.cookie() is None
    assert [line["user"] for line in door.spooled() if line["decision"] == "Expired"] == ["ada"]
    kept = copy_of(busy, scene)
    while time.monotonic() - began < 7.5:
        busy.fetch("/")
        time.sleep(0.3)
    assert busy.fetch("/").status_code == kept.fetch("/").status_code == 401, "however busy"
    door.stop()


def test_a_page_with_many_requests_costs_few_reads(scene: Scene, browser: Browser) -> None:
    browser.sign_in("ada")
    time.sleep(FRESH)
    before = HTTP.get(f"{scene.control}/calls", params={"since": 0}, timeout=10).json()["last"]
    began = time.monotonic()
    for _ in range(20):
        assert browser.fetch("/").status_code == 200
    took = time.monotonic() - began
    calls = HTTP.get(f"{scene.control}/calls", params={"since": before}, timeout=10).json()["calls"]
    asked = [call["operation"] for call in calls if call["caller"].endswith("/door/door")]
    # The session, and what voids it: of the user, and of the provider's session.
    rounds = 1 + int(took / FRESH)
    assert len(asked) <= 3 * rounds + 2 and "UpdateItem" not in asked, asked


@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "UpdateItem"])
def test_a_table_that_is_away_lets_nobody_in(scene: Scene, operation: str) -> None:
    door = scene.start_door(f"away-{operation}".lower(), *GENEROUS, sessions={"idleSeconds": 30, "warningSeconds": 5})
    browser, newcomer = scene.browser(door), scene.browser(door)
    browser.sign_in("ada")
    back = newcomer.enter("ada", newcomer.to_provider()).headers["location"]
    time.sleep(FRESH)
    fault = {
        "kind": "error",
        "service": "dynamodb",
        "operation": operation,
        "code": "InternalServerError",
        "status": 500,
    }
    with scene.fault(**fault, count=-1):
        seen = len(scene.application.seen)
        answer = browser.open("/claims/1") if operation != "PutItem" else newcomer.open(back)
        assert answer.status_code == 503 and answer.headers["retry-after"]
        assert len(scene.application.seen) == seen and newcomer.cookie() is None
        assert browser.ask("GET", "/", {"Cookie": f"__Host-cloister={'A' * 43}"}).status_code in (401, 503)
    assert browser.open("/claims/1").status_code == 200
    door.stop()
