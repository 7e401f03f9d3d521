"""The operator's slots are those that dateutil's calendar and Python's zoneinfo give.

dateutil enumerates civil times; zoneinfo says which instant each is, which times the clock leaves out and which come
twice. A time that is left out is due at the first instant after the gap, one that comes twice at its first.
"""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import DAILY, FR, MO, SU, TH, TU, WE, rrule, rruleset

_ROOT = Path(__file__).resolve().parent.parent.parent
_ZONES = [
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Africa/Cairo",
]
_SPAN = timedelta(days=1)
_HOURS = range(24)


def _daily(**fields: object) -> dict[str, object]:
    return {"freq": DAILY} | fields


# A crontab, and the same in dateutil's terms.
_CRONS: dict[str, list[dict[str, object]]] = {
    "0 * * * *": [_daily(byhour=_HOURS, byminute=0)],
    "*/15 * * * *": [_daily(byhour=_HOURS, byminute=range(0, 60, 15))],
    "30 2 * * *": [_daily(byhour=2, byminute=30)],
    "30 1 * * *": [_daily(byhour=1, byminute=30)],
    "0,45 0-3 * * *": [_daily(byhour=range(4), byminute=(0, 45))],
    "15 0 * * MON-FRI": [_daily(byhour=0, byminute=15, byweekday=(MO, TU, WE, TH, FR))],
    "0 2 * * 7": [_daily(byhour=2, byminute=0, byweekday=SU)],
    "0 0 29 2 *": [_daily(bymonth=2, bymonthday=29, byhour=0, byminute=0)],
    "5 4 1,15 * fri": [
        _daily(bymonthday=(1, 15), byhour=4, byminute=5),
        _daily(byweekday=FR, byhour=4, byminute=5),
    ],
}


def _calendar(cron: str, start: datetime) -> rruleset:
    found = rruleset()
    for rule in _CRONS[cron]:
        found.rrule(rrule(dtstart=start.replace(second=0, microsecond=0), bysecond=0, **rule))
    return found


@dataclass(frozen=True)
class _Case:
    cron: str
    zone: str
    begin: datetime
    count: int


def _transitions(zone: ZoneInfo, year: int) -> Iterator[datetime]:
    """The hours of a year after which the clock shows another offset."""
    at = datetime(year, 1, 1, tzinfo=UTC)
    while at.year == year:
        if at.astimezone(zone).utcoffset() != (at + timedelta(hours=1)).astimezone(zone).utcoffset():
            yield at
        at += timedelta(hours=1)


def _cases() -> list[_Case]:
    cases = []
    for zone in _ZONES:
        # Sao Paulo has had no summer time since 2019, Cairo has it again since 2023.
        for year in (2018, 2024):
            begins = [*_transitions(ZoneInfo(zone), year), datetime(year, 2, 28, 12, tzinfo=UTC)]
            for begin in begins:
                cases += [_Case(cron, zone, begin - _SPAN, _count(cron)) for cron in _CRONS]
    return cases


def _count(cron: str) -> int:
    return 250 if cron.startswith("*/15") else 60 if cron.startswith(("0 *", "0,45")) else 4


def _instant(civil: datetime, zone: ZoneInfo) -> datetime:
    first = civil.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == civil:
        return first
    # Left out: the first instant after the gap is where the later offset begins.
    later = civil.replace(tzinfo=zone, fold=1).astimezone(UTC)
    low, high = min(first, later) - timedelta(hours=3), max(first, later)
    after = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (low, middle) if middle.astimezone(zone).utcoffset() == after else (middle, high)
    return high.replace(microsecond=0)


def _expected(case: _Case) -> list[str]:
    zone = ZoneInfo(case.zone)
    slots: list[datetime] = []
    for civil in _calendar(case.cron, case.begin.astimezone(zone).replace(tzinfo=None) - _SPAN):
        slot = _instant(civil, zone)
        if slot > case.begin and slot not in slots[-1:]:
            slots.append(slot)
        if len(slots) == case.count:
            return [f"{slot:%Y-%m-%dT%H:%M:%SZ}" for slot in slots]
    raise AssertionError("the calendar ended")


@pytest.fixture(scope="module")
def answers() -> list[tuple[_Case, list[str]]]:
    cases = _cases()
    lines = [json.dumps([case.cron, case.zone, case.begin.isoformat(), case.count]) for case in cases]
    command = ["cargo", "run", "--locked", "--quiet", "-p", "cloister-core", "--example", "slots"]
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True, input="\n".join(lines))
    return list(zip(cases, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("zone", _ZONES)
def test_slots_are_those_of_an_independent_calendar(answers: list[tuple[_Case, list[str]]], zone: str) -> None:
    of_zone = [(case, slots) for case, slots in answers if case.zone == zone]
    assert len(of_zone) >= len(_CRONS) * 2
    for case, slots in of_zone:
        assert slots == _expected(case), case


def test_zones_with_summer_time_are_tried_at_its_changes() -> None:
    """Else the comparison would be of quiet days only."""
    changes = {case.zone: {c.begin for c in _cases() if c.zone == case.zone} for case in _cases()}
    for zone in ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe"):
        assert len(changes[zone]) == 6
    assert len(changes["America/Sao_Paulo"]) == 4
    assert len(changes["Africa/Cairo"]) == 4
    assert len(changes["Asia/Kolkata"]) == 2
