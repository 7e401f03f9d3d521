"""What people see: in, around, out, and not in. Then what was written down: everything, and nothing of the claims."""

import re
import time
import warnings
from decimal import Decimal
from pathlib import Path

import pytest
import requests
from claims.generate import Claim
from playwright.sync_api import expect

from browser.access import asked, written
from browser.chromium import SCREENSHOTS, Person
from browser.conftest import NOTES, People
from browser.world import World
from door.server import HOST, Door
from evidence.browser import PALE

Line = dict[str, object]
COOKIE = "__Host-cloister"
# Whatever is wider than the window.
WIDE = """[...document.querySelectorAll("body *")].filter((node) => node.checkVisibility() && !node.closest(".scroll")
  && node.getBoundingClientRect().right > innerWidth + 1).map((node) => `${node.tagName}.${node.className}`)"""


def _in(person: Person, door: Door, user: str = "amy", path: str = "/") -> None:
    person.sign_in(door.origin, user, path)
    person.second_factor()


def _secret(person: Person) -> str:
    (cookie,) = [each for each in person.context.cookies() if each.get("name") == COOKIE]
    assert cookie.get("httpOnly") and cookie.get("secure") and cookie.get("sameSite") == "Lax"
    return str(cookie.get("value"))


def _by_hand(door: Door, cookie: str, path: str = "/") -> requests.Response:
    """Of a thief, who has no browser."""
    with requests.Session() as http, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a certificate that nobody vouches for
        http.trust_env = False
        headers = {"Host": f"{HOST}:{door.port}", "Cookie": f"{COOKIE}={cookie}", "Accept": "text/html"}
        url = f"https://127.0.0.1:{door.port}{path}"
        return http.get(url, headers=headers, verify=False, allow_redirects=False, timeout=10)


def test_from_sign_in_to_one_claim_and_out(door: Door, people: People, rows: list[Claim]) -> None:
    amy = people.come()
    amy.sign_in(door.origin, "amy")
    expect(amy.page.get_by_label("Code")).to_be_visible()
    amy.picture("01-second-factor")
    amy.second_factor()
    expect(amy.page).to_have_url(f"{door.origin}/")
    expect(amy.page.locator("#total-claims")).to_have_text(str(len(rows)))
    paid = sum((Decimal(row["paid"]) for row in rows), Decimal(0))
    expect(amy.page.locator("#total-paid")).to_have_text(f"${paid:,.2f}")
    amy.picture("02-dashboard")
    amy.page.locator("details.viewer summary").click()
    expect(amy.page.locator("#session-ends")).to_contain_text("The session ends at")
    amy.picture("03-who-is-signed-in")
    amy.page.get_by_label("Status").select_option("DENIED")
    amy.page.get_by_label("Diagnosis").fill("E")
    amy.page.get_by_role("button", name="Apply").click()
    wanted = [row for row in rows if row["status"] == "DENIED" and row["diagnosis"].startswith("E")]
    expect(amy.page.locator("#total-claims")).to_have_text(str(len(wanted)))
    amy.page.get_by_role("link", name=re.compile("^Show these")).click()
    expect(amy.page.locator("#count")).to_contain_text(f"of {len(wanted)}")
    amy.picture("04-list-filtered")
    chosen = max(wanted, key=lambda row: (row["service_date"], row["claim_id"]))
    amy.page.get_by_role("link", name=chosen["claim_id"]).click()
    expect(amy.page.get_by_text(chosen["member_name"])).to_be_visible()
    amy.picture("05-one-claim")
    stolen = _secret(amy)
    assert _by_hand(door, stolen).status_code == 200
    amy.page.locator("details.viewer summary").click()
    amy.page.get_by_role("button", name="Sign out", exact=True).click()
    amy.page.get_by_role("button", name="Yes, sign me out").click()
    expect(amy.page).to_have_url(f"{door.origin}/.cloister/signed-out")
    amy.picture("06-signed-out")
    refused = _by_hand(door, stolen, "/claims")
    assert refused.status_code in (302, 303) and refused.headers["Location"].startswith("/.cloister/login?")
    assert "claim" not in refused.text.lower()


def test_a_warning_comes_before_the_end_and_the_way_back_after_it(hasty: Door, people: People) -> None:
    amy = people.come()
    _in(amy, hasty, path="/claims?status=PAID")
    warning = amy.page.locator("#cloister-warning")
    expect(warning).to_be_visible(timeout=15_000)
    amy.picture("07-warning", whole=False)
    amy.page.locator("#cloister-stay").click()
    expect(warning).not_to_be_visible()
    stolen = _secret(amy)
    expect(warning).to_be_visible(timeout=15_000)
    # Nothing is done: back to the provider, which wants to be shown anew, and then to the page that was open.
    expect(amy.page.get_by_label("User name")).to_be_visible(timeout=20_000)
    amy.picture("08-session-over")
    assert _by_hand(hasty, stolen).status_code in (302, 303)
    _forgive(amy, 401)
    amy.page.get_by_label("User name").fill("amy")
    amy.page.get_by_label("Password").fill("amy-password")
    amy.page.get_by_role("button", name="Continue").click()
    amy.second_factor()
    expect(amy.page).to_have_url(f"{hasty.origin}/claims?status=PAID")


@pytest.mark.parametrize(
    ("user", "says", "picture"),
    [("ben", "not for you", "09-another-tenants-user"), ("pat", "second factor", "10-without-a-second-factor")],
)
def test_who_is_not_entitled_stays_out(door: Door, people: People, user: str, says: str, picture: str) -> None:
    person = people.come()
    person.sign_in(door.origin, user, "/claims/C00000003")
    if user == "ben":
        person.second_factor()
    expect(person.page.get_by_role("heading", name=re.compile(says))).to_be_visible()
    person.picture(picture)
    assert not [each for each in person.context.cookies() if each.get("name") == COOKIE]
    _forgive(person, 403)


def test_out_everywhere_ends_the_sessions_of_all_browsers(door: Door, people: People) -> None:
    phone, desk = people.come(wide=360), people.come(dark=True)
    _in(phone, door)
    _in(desk, door)
    expect(desk.page.locator("#total-claims")).to_be_visible()
    desk.picture("11-dashboard-dark")
    _stands_out(desk)
    for path, picture in (
        ("/", "12-dashboard-phone"),
        ("/claims", "13-list-phone"),
        ("/claims/C00000003", "14-claim-phone"),
    ):
        phone.page.goto(door.origin + path)
        assert phone.page.evaluate(WIDE) == []
        phone.picture(picture)
        _stands_out(phone)
    before = _secret(phone)
    desk.page.locator("details.viewer summary").click()
    desk.page.get_by_role("button", name="Sign out everywhere").click()
    expect(desk.page.get_by_role("button", name="Yes, sign me out")).to_be_visible()
    assert _by_hand(door, before).headers["Location"].startswith("/.cloister/login?")
    # The provider knows the phone still, and yet asks for the password.
    phone.sign_in(door.origin, "amy", "/claims")
    assert _secret(phone) == before
    phone.second_factor()
    expect(phone.page).to_have_url(f"{door.origin}/claims")
    assert _secret(phone) != before
    time.sleep(2)  # or the next one signs in in the same second, as far as the provider tells


def test_trouble_is_told_in_words_of_use(door: Door, people: People) -> None:
    amy = people.come()
    _in(amy, door, path="/claims?from=yesterday&diagnosis=%27")
    expect(amy.page.get_by_text("The filter was not applied")).to_be_visible()
    amy.picture("15-filter-mistaken")
    amy.page.goto(f"{door.origin}/claims/C99999999")
    expect(amy.page.get_by_role("heading", name="There is no such claim")).to_be_visible()
    amy.picture("16-no-such-claim")
    _forgive(amy, 400, 404)


def _stands_out(person: Person) -> None:
    """Every text, and on paper what is of use there alone."""
    assert person.page.evaluate(PALE) == []
    person.page.emulate_media(media="print")
    for unprinted in ("nav", ".filter", ".viewer"):
        assert not person.page.locator(unprinted).first.is_visible()
    assert person.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    person.page.emulate_media(media="screen")


def _forgive(person: Person, *statuses: int) -> None:
    """The browser itself complains of an answer that is no success; the test has just asked for it."""
    said = tuple(f"the server responded with a status of {status}" for status in statuses)
    person.complaints = [each for each in person.complaints if not any(part in each for part in said)]


@pytest.fixture(scope="module")
def lines(world: World, door: Door, hasty: Door) -> list[Line]:
    """After both doors have ended."""
    metrics = "".join(each.inside("metrics").text for each in (door, hasty))
    (world.directory / "logs" / "metrics.txt").write_text(metrics)
    for each in (door, hasty):
        each.stop()
        assert each.spooled() == []
    return world.recorded()


def test_every_request_is_in_the_access_log(world: World, lines: list[Line]) -> None:
    assert len(world.asked) > 60, "the flows run before"
    there = written(lines)
    assert {key: count for key, count in asked(world.asked).items() if there[key] < count} == {}
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
