"""The report as a browser shows it: to people, on a phone, in the dark, on paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.world import World
from evidence.browser import PALE, Browser, browser
from evidence.verb import TENANT, listed, run

_WIDTHS = (375, 768, 1280)

_WIDER = """[...document.querySelectorAll("body *")].filter((node) =>
  node.checkVisibility() && !node.closest(".scroll") && node.getBoundingClientRect().right > innerWidth + 1
).map((node) => node.tagName + "." + node.className)"""


@pytest.fixture(scope="module")
def page(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    file = Path(tmp_path_factory.mktemp("page")) / "report.html"
    file.write_text(run(world, TENANT, "--format", "html").stdout)
    with browser() as opened:
        opened.open(file)
        yield opened


@pytest.fixture
def at_a_desk(page: Browser) -> Browser:
    page.looks(1280)
    return page


def test_it_asks_for_nothing_and_complains_of_nothing(page: Browser) -> None:
    asked = [event["request"]["url"] for event in page.told("Network.requestWillBeSent")]
    assert len(asked) == 1 and asked[0].startswith("file://"), asked
    assert page.told("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []


@pytest.mark.parametrize("width", _WIDTHS)
def test_nothing_is_wider_than_the_window(page: Browser, width: int) -> None:
    page.looks(width)
    for is_open in ("false", "true"):
        page.value(f"document.querySelectorAll('details').forEach((each) => each.open = {is_open})")
        assert page.value(_WIDER) == []
        assert page.value("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_stands_out(page: Browser, dark: bool) -> None:
    page.looks(1280, dark=dark)
    page.value("document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert page.value(PALE) == []


def test_paper_shows_what_is_folded(at_a_desk: Browser) -> None:
    page = at_a_desk
    page.value("document.querySelectorAll('details').forEach((each) => each.open = false)")
    hidden = "[...document.querySelectorAll('details .body')].filter((body) => !body.checkVisibility()).length"
    assert page.value(hidden) == len(listed())
    page.looks(1280, media="print")
    assert page.value(hidden) == 0
    assert page.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")


def test_it_can_be_gone_through_by_ear_and_by_keys(at_a_desk: Browser) -> None:
    page = at_a_desk
    assert page.value("document.documentElement.lang") == "en"
    assert page.value("document.querySelectorAll('h1').length") == 1
    assert page.value("document.querySelectorAll('main h2').length") >= 8
    assert page.value("document.querySelectorAll('details > summary').length") == len(listed())
    assert page.value("[...document.querySelectorAll('th')].every((head) => head.scope)")
    ids = page.value("[...document.querySelectorAll('nav a')].map((each) => each.hash.slice(1))")
    assert ids and page.value(f"{ids!r}.every((id) => document.getElementById(id))")
