"""What a client may send, and what it gets the application to believe."""

import socket
import ssl

import pytest

from door.browser import NAVIGATION, OWN_PAGE, Browser
from door.scene import Scene
from door.server import HOST


def raw(browser: Browser, *lines: str, body: bytes = b"") -> bytes:
    """Sent as it stands; the whole answer."""
    context = ssl.create_default_context(cafile=str(browser.authority))
    with (
        socket.create_connection(("127.0.0.1", browser.door.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as stream,
    ):
        stream.sendall("\r\n".join([*lines, "connection: close", "", ""]).encode() + body)
        answer = b""
        while more := stream.recv(65536):
            answer += more
        return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def signed(browser: Browser) -> str:
    return f"cookie: __Host-cloister={browser.cookie()}"


def host(browser: Browser) -> str:
    return f"host: {HOST}:{browser.door.port}"


def test_what_the_client_says_of_itself_does_not_reach_the_application(scene: Scene, amy: Browser) -> None:
    answer = amy.ask(
        "GET",
        "/claims",
        {
            "Cloister-User": "root", "Cloister-Groups": "admins", "cloister-anything": "x", "Cloister_User": "root",
            "X-Forwarded-For": "8.8.8.8", "X-Forwarded-Proto": "http", "X-Forwarded-User": "root",
            "Forwarded": "for=8.8.8.8", "TE": "trailers",
            "X-Real-IP": "8.8.8.8", "Connection": "cloister-user, x-forwarded-for", "Cookie-X": "kept",
            "Cookie": f"own=1; __Host-cloister={amy.cookie()}; __Host-cloister-login=x; two=2",
        },
    )  # fmt: skip
    assert answer.status_code == 200
    seen = scene.application.seen[-1]
    assert seen.header("cloister-user") == ["amy"] and seen.header("cloister-groups") == ["acme-analysts"]
    assert seen.header("x-forwarded-for") == ["127.0.0.1"] and seen.header("x-forwarded-proto") == ["https"]
    assert seen.header("x-forwarded-host") == seen.header("host") == [f"{HOST}:{amy.door.port}"]
    assert seen.header("cookie") == ["own=1; two=2"], "the secret of the session is not the application's"
    names = {name.lower() for name, _ in seen.headers}
    assert not names & {"cloister_user", "cloister-anything", "x-forwarded-user", "forwarded", "x-real-ip", "te"}
    assert seen.header("cookie-x") == ["kept"]


def test_the_application_cannot_take_over_the_session(scene: Scene, amy: Browser) -> None:
    scene.application.headers = [
        ("Set-Cookie", "__Host-cloister=mine; Path=/; Secure"), ("Set-Cookie", "own=1"),
        ("Strict-Transport-Security", "max-age=0"), ("Cloister-Anything", "x"),
        ("Content-Security-Policy", "default-src 'self'"),
    ]  # fmt: skip
    try:
        answer = amy.fetch("/")
    finally:
        scene.application.headers = []
    assert answer.headers["set-cookie"] == "own=1" and "cloister-anything" not in answer.headers
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert answer.headers["content-security-policy"] == "default-src 'self'", "that is its own to say"


def test_every_answer_has_its_headers(scene: Scene, amy: Browser, browser: Browser) -> None:
    answers = (amy.fetch("/"), browser.fetch("/"), browser.open("/"), browser.open("/.cloister/signed-out"))
    for answer in answers:
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store" and headers["referrer-policy"] == "same-origin"
        assert "unsafe-inline" not in headers["content-security-policy"] and headers["permissions-policy"]
    scene.application.headers = [("Cache-Control", "public, max-age=60")]
    try:
        assert amy.fetch("/").headers["cache-control"] == "public, max-age=60"
    finally:
        scene.application.headers = []


def test_the_cookie_is_kept_from_scripts_and_other_hosts(browser: Browser) -> None:
    back = browser.enter("amy", browser.to_provider()).headers["location"]
    said = browser.open(back).headers["set-cookie"]
    assert "__Host-cloister=" in said and said.count("Path=/; Secure; HttpOnly; SameSite=Lax") == 2


def test_of_two_cookies_none_counts(amy: Browser) -> None:
    ask = ("GET / HTTP/1.1", host(amy))
    assert status(raw(amy, *ask, signed(amy))) == 200
    assert status(raw(amy, *ask, signed(amy), "cookie: __Host-cloister=x")) == 401
    assert status(raw(amy, *ask, f"{signed(amy)}; __Host-cloister=x")) == 401


def test_requests_that_say_two_things_are_refused(scene: Scene, amy: Browser) -> None:
    seen = len(scene.application.seen)
    own = ("sec-fetch-site: same-origin", host(amy), signed(amy))
    hidden = b"0\r\n\r\nGET /claims/hidden HTTP/1.1\r\nhost: x\r\n\r\n"
    for lines in (
        ("POST / HTTP/1.1", *own, "content-length: 5", "content-length: 6"),
        ("POST / HTTP/1.1", *own, "transfer-encoding: chunked, identity"),
        ("POST / HTTP/1.1", *own, "transfer-encoding: identity", "transfer-encoding: chunked"),
        ("GET / HTTP/1.1", *own, "host: evil.example"),
    ):
        assert status(raw(amy, *lines, body=hidden)) == 400, lines
    assert len(scene.application.seen) == seen
    # By the standard chunks win, and nothing of the length goes on.
    raw(amy, "POST / HTTP/1.1", *own, "content-length: 5", "transfer-encoding: chunked", body=hidden)
    assert [one.path for one in scene.application.seen[seen:]] == ["/"]
    assert scene.application.seen[-1].header("content-length") in ([], ["0"])


@pytest.mark.parametrize("size", [40_000, 2_000_000])
def test_huge_headers_are_refused(amy: Browser, size: int) -> None:
    try:
        assert status(raw(amy, "GET / HTTP/1.1", host(amy), signed(amy), f"x: {'a' * size}")) == 431
    except (ConnectionError, ssl.SSLError):
        assert size > 1_000_000, "it may close before all has been sent"


def test_other_hosts_are_not_served(scene: Scene, amy: Browser) -> None:
    seen = len(scene.application.seen)
    assert status(raw(amy, "GET / HTTP/1.1", "host: evil.example", signed(amy))) == 421
    assert status(raw(amy, "GET https://evil.example/ HTTP/1.1", host(amy), signed(amy))) == 421
    assert len(scene.application.seen) == seen
    assert status(raw(amy, f"GET https://{HOST}:{amy.door.port}/claims?a=b HTTP/1.1", host(amy), signed(amy))) == 200
    assert scene.application.seen[-1].path == "/claims?a=b"


@pytest.mark.parametrize(
    "path", ["/.cloister/other", "/%2ecloister/login", "//.cloister/login", "/a/../.cloister/logout", "/.CLOISTER/x"]
)
def test_the_doors_own_paths_never_reach_the_application(scene: Scene, amy: Browser, path: str) -> None:
    seen = len(scene.application.seen)
    assert status(raw(amy, f"GET {path} HTTP/1.1", host(amy), signed(amy))) == 404
    assert len(scene.application.seen) == seen


def test_changes_are_taken_from_own_pages_alone(scene: Scene, amy: Browser) -> None:
    seen = len(scene.application.seen)
    for headers in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"https://{HOST}"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ):
        for method, path in (("POST", "/claims"), ("DELETE", "/claims/1"), ("POST", "/.cloister/logout-everywhere")):
            assert amy.ask(method, path, headers).status_code == 403, (headers, path)
    assert amy.door.spooled()[-1]["reason"] == "CrossSite"
    assert len(scene.application.seen) == seen and amy.fetch("/").status_code == 200
    for headers in (OWN_PAGE, {"Origin": amy.door.origin}, OWN_PAGE | {"Origin": "null"}):
        assert amy.ask("POST", "/claims", headers, data=b"some").status_code == 200, headers
        assert scene.application.seen[-1].body == b"some"
    chunks = (b"some", b"more")
    assert amy.ask("POST", "/claims", OWN_PAGE, data=iter(chunks)).status_code == 200
    assert scene.application.seen[-1].body == b"somemore"


def test_what_cannot_be_recorded_does_not_pass(amy: Browser) -> None:
    upgrade = ("upgrade: websocket", "connection: upgrade")
    assert status(raw(amy, "GET / HTTP/1.1", host(amy), signed(amy), *upgrade)) == 501
    assert status(raw(amy, "TRACE / HTTP/1.1", host(amy), signed(amy))) == 405
    assert amy.ask("GET", "/.cloister/logout", NAVIGATION).headers["allow"] == "POST"


def test_programs_are_told_and_people_are_led(browser: Browser) -> None:
    answer = browser.fetch("/claims/1")
    assert answer.status_code == 401 and answer.json()["type"].endswith("/no-session")
    assert browser.ask("GET", "/", {"Accept": "text/html"}).status_code == 303
    assert browser.ask("GET", "/", {"Accept": "text/html", "Sec-Fetch-Mode": "cors"}).status_code == 401
    assert browser.ask("POST", "/", NAVIGATION | OWN_PAGE).status_code == 401
