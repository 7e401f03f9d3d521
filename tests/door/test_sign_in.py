"""From no session to a page, and who does not get there."""

from door.browser import NAVIGATION, Browser, parameters, title
from door.conftest import GENEROUS
from door.scene import Scene


def test_who_signs_in_with_a_second_factor_sees_the_page_that_they_asked_for(scene: Scene, browser: Browser) -> None:
    first = browser.open("/claims/10023?tab=history")
    assert first.status_code == 303
    page = browser.follow(first)
    assert page.url.startswith(scene.provider.issuer)
    asked = parameters(browser.follow(browser.open("/.cloister/login"), until="/auth").headers["location"])
    assert asked["code_challenge_method"] == "S256" and asked["max_age"] == "900" and "claims/10023" not in str(asked)

    answer = browser.sign_in("amy", "/claims/10023?tab=history")
    assert answer.status_code == 200 and "ok" in answer.text
    assert answer.url == f"{browser.door.origin}/claims/10023?tab=history"
    seen = scene.application.seen[-1]
    assert seen.header("cloister-user") == ["amy"] and seen.header("cloister-user-name") == ["amy@example"]
    assert seen.header("cloister-groups") == ["acme-analysts"], "of other groups it has nothing to know"
    assert seen.header("x-forwarded-for") == ["127.0.0.1"] and seen.header("cookie") == []


def test_without_a_second_factor_nobody_gets_in(browser: Browser) -> None:
    answer = browser.sign_in("pat")
    assert answer.status_code == 403 and title(answer) == "A second factor is needed"
    assert browser.cookie() is None
    line = browser.door.spooled()[-1]
    assert (line["decision"], line["reason"], line["user"]) == ("Refused", "NoSecondFactor", "pat")


def test_another_tenants_user_does_not_get_in(scene: Scene, browser: Browser) -> None:
    seen = len(scene.application.seen)
    answer = browser.sign_in("ben", "/claims/10023")
    assert answer.status_code == 403 and title(answer) == "This application is not for you"
    assert browser.cookie() is None and len(scene.application.seen) == seen
    assert browser.door.spooled()[-1]["reason"] == "NotThisTenant"


def test_a_second_factor_is_asked_for_and_seen_by_acr(scene: Scene) -> None:
    door = scene.start_door("acr", *GENEROUS, signIn={"acr": ["urn:cloister:mfa"], "amr": []})
    browser = scene.browser(door)
    asked = parameters(browser.follow(browser.open("/.cloister/login"), until="/auth").headers["location"])
    assert asked["acr_values"] == "urn:cloister:mfa"
    assert browser.sign_in("amy").status_code == 200
    assert scene.browser(door).sign_in("pat").status_code == 403
    door.stop()


def test_a_sign_in_of_another_browser_is_not_taken(scene: Scene, browser: Browser) -> None:
    victim = scene.browser(browser.door)
    victim.to_provider()
    back = browser.enter("amy", browser.to_provider()).headers["location"]
    answer = victim.open(back)
    assert answer.status_code == 403 and victim.cookie() is None
    assert browser.door.spooled()[-1]["reason"] == "BadState"
    # Whose it is gets in with it still.
    assert browser.follow(browser.open(back)).status_code == 200


def test_what_was_tampered_with_is_not_taken(browser: Browser) -> None:
    one = browser.enter("amy", browser.to_provider()).headers["location"]
    other = parameters(browser.follow(browser.open("/.cloister/login"), until="/auth").headers["location"])["state"]
    state = parameters(one)["state"]
    flipped = ("B" if state[40] == "A" else "A").join((state[:40], state[41:]))
    for changed, reason in (
        (one.replace(state, flipped), "BadState"),
        (one.replace(f"state={state}", ""), "BadState"),
        (f"{one}&state={state}", "BadState"),
        (one.replace(parameters(one)["code"], "x" * 43), "ProviderRefused"),
        (one.replace("iss=http", "iss=https"), "ProviderRefused"),
        # Its verifier is not the one whose challenge the code is bound to.
        (one.replace(state, other), "ProviderRefused"),
    ):
        assert browser.open(changed).status_code == 403, changed
        assert browser.cookie() is None
        assert browser.door.spooled()[-1]["reason"] == reason, changed
    assert browser.open(one).status_code == 303


def test_a_code_works_once(browser: Browser) -> None:
    back = browser.enter("amy", browser.to_provider()).headers["location"]
    login = browser.cookie("__Host-cloister-login")
    assert login and browser.open(back).status_code == 303
    assert browser.cookie("__Host-cloister-login") is None
    browser.http.cookies.clear()
    browser.put_cookie(login, "__Host-cloister-login")
    assert browser.open(back).status_code == 403 and browser.cookie() is None


def test_nobody_is_sent_to_another_host(browser: Browser) -> None:
    for there in (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/%09/evil.example",
        "\\\\evil.example",
    ):
        browser.http.cookies.clear()
        asked = browser.ask("GET", "/.cloister/login", NAVIGATION, params={"return": there})
        back = browser.enter("amy", browser.follow(asked)).headers["location"]
        assert browser.open(back).headers["location"] in ("/", "/%09/evil.example"), there


def test_who_is_signed_in_is_not_sent_to_the_provider_again(amy: Browser) -> None:
    answer = amy.open("/.cloister/login?return=/claims")
    assert (answer.status_code, answer.headers["location"]) == (303, "/claims")


def test_a_provider_that_is_away_keeps_nobody_out_who_is_in(scene: Scene, amy: Browser) -> None:
    back = scene.browser(amy.door)
    to = back.enter("amy", back.to_provider()).headers["location"]
    scene.provider.ask("silence", silent=True)
    try:
        assert amy.open("/").status_code == 200
        answer = back.open(to)
        assert answer.status_code == 503 and title(answer) == "Signing in is not possible now"
        assert int(answer.headers["retry-after"]) > 0
    finally:
        scene.provider.ask("silence", silent=False)


def test_a_new_key_of_the_provider_is_fetched(scene: Scene, browser: Browser) -> None:
    scene.provider.ask("rotate", keep=True)
    assert browser.sign_in("amy").status_code == 200
