"""One world, with the demo's claims, and one browser. Two doors: one with the usual limits, one with short ones."""

from collections.abc import Iterator

import pytest
from claims.generate import Claim, claims
from playwright.sync_api import Browser

from browser.chromium import Person, chromium
from browser.world import World
from door.server import HOST, Door

ROWS = 500
NOTES = ("Called about the appeal, wants Dr. Ophkra's letter", "Zorvex household: two plans, see the older one")


@pytest.fixture(scope="package")
def rows() -> list[Claim]:
    """The demo's, with notes."""
    made = claims(seed=7, rows=ROWS)
    for number, row in enumerate(made):
        row["note"] = f"{NOTES[number % 2]} ({number})" if number % 3 == 0 else ""
    return made


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory, rows: list[Claim]) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("browser"), rows)
    yield made
    made.stop()


@pytest.fixture(scope="package")
def door(world: World) -> Door:
    return world.door("usual")


@pytest.fixture(scope="package")
def hasty(world: World) -> Door:
    """Warns after four seconds without a request, and ends the session six seconds later."""
    return world.door("hasty", idle=10, absolute=60, warning=6)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium(HOST) as opened:
        yield opened


@pytest.fixture
def people(world: World, browser: Browser) -> Iterator["People"]:
    made = People(world, browser)
    yield made
    made.leave()


class People:
    """Those of one test. None of them may have been anywhere else, nor may a page have complained."""

    def __init__(self, world: World, browser: Browser) -> None:
        self.world, self.browser = world, browser
        self.all: list[Person] = []

    def come(self, *, wide: int = 1280, dark: bool = False) -> Person:
        known = (*self.world.origins, self.world.provider.issuer)
        person = Person(self.browser, known, wide, dark)
        self.all.append(person)
        return person

    def leave(self) -> None:
        for person in self.all:
            self.world.asked += person.asked(*self.world.origins)
            person.context.close()
            assert person.strange == []
            assert person.complaints == []
