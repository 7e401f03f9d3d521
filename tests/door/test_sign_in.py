"""From no session to a page, and who does not get there."""

from door.browser import Browser, parameters
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
