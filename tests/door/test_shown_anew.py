"""Who signed out everywhere is let in by a password, and not by a session that the provider still has somewhere."""

import time

import pytest
import requests

from door.browser import Browser, parameters, title
from door.conftest import GENEROUS
from door.scene import Scene
from door.server import Door
from door.test_sessions import WHOLE, has_ended, logout_token

PATH = "/claims/10023?tab=history"


@pytest.fixture(scope="module")
def second(scene: Scene, door: Door) -> Door:
    """Another pod of the same application, and somebody whom no other test signs out."""
    scene.provider.ask("users", user="amos", groups=["acme-analysts"], amr=["pwd", "mfa"])
    return scene.start_door("anew", *GENEROUS)


@pytest.fixture
def there(scene: Scene, second: Door) -> Browser:
    """Of somebody who has signed out everywhere elsewhere; here the provider knows them still."""
    time.sleep(WHOLE)
    there = scene.browser(second)
    assert there.sign_in("amos").status_code == 200
    time.sleep(1)  # which is as exactly as the provider tells one sign-in from another
    return there


def sent_back(browser: Browser) -> requests.Response:
    """The redirect to the provider, with what was said of it."""
    answer = browser.follow(browser.open(PATH), until="prompt=login")
    assert answer.status_code == 303
    line = browser.door.spooled()[-1]
    assert (line["decision"], line["reason"], line["user"]) == ("NoSession", "SignedOutSince", "amos")
    assert browser.fetch("/").status_code == 401
    return answer


def test_another_browser_shows_anew_who_it_is_and_goes_on_where_it_was(
    scene: Scene, door: Door, there: Browser
) -> None:
    here = scene.browser(door)
    assert here.sign_in("amos").status_code == 200
    assert here.post("/.cloister/logout-everywhere").status_code == 303
    has_ended(there)
    page = there.follow(sent_back(there))
    assert page.url.startswith(scene.provider.issuer) and "Password" in page.text
    time.sleep(WHOLE)
    back = there.enter("amos", page)
    assert scene.browser(there.door).open(back.headers["location"]).status_code == 403, "it is this browser's"
    answer = there.follow(back)
    assert (answer.status_code, answer.url) == (200, there.door.origin + PATH)
    there.post("/.cloister/logout")
    assert there.follow(there.open(PATH)).url == there.door.origin + PATH, "the provider's session is new enough"


@pytest.mark.parametrize("named", ["sub", "sid"])
def test_who_does_not_show_it_is_refused_and_not_sent_round(scene: Scene, there: Browser, named: str) -> None:
    who = {"sub": "amos"} if named == "sub" else {"sub": None, "sid": scene.provider.ask("sid", user="amos")["sid"]}
    told = {"logout_token": logout_token(scene, **who)}
    assert there.ask("POST", "/.cloister/backchannel-logout", data=told).status_code == 200
    for _ in range(2):
        # Whoever has the provider's cookies does not have to ask it what the door wants it to be asked.
        to = sent_back(there).headers["location"]
        assert parameters(to)["prompt"] == "login"
        answer = there.follow(there.open(to.replace("&prompt=login", "")))
        assert answer.status_code == 403 and title(answer) == "Show once more who you are"
        assert "Sign in again" in answer.text
        line = there.door.spooled()[-1]
        assert (line["decision"], line["reason"], line["user"]) == ("Refused", "SignedOutSince", "amos")
        assert there.fetch("/").status_code == 401
    assert there.follow(there.enter("amos", there.to_provider(PATH))).status_code == 200
