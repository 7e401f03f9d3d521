"""Where the shapes of a chart go. The drawing is the template's."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

WIDTH, HEIGHT = 460, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 6, 12, 36
_LABELS = 12  # at most beside each other
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    series: int
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A label of an axis, and its place along it."""

    at: float
    text: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    bars: list[Bar]
    across: list[Mark]
    up: list[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    base: int = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: Sequence[Decimal]


def columns(months: Sequence[str], series: Sequence[Series], unit: str = "") -> Chart:
    """One group of columns for each month, one column for each series."""
    highest = max((value for each in series for value in each.values), default=Decimal(0))
    step, top = _scale(highest)
    base, tall = HEIGHT - _BOTTOM, HEIGHT - _BOTTOM - _TOP
    room = (WIDTH - _LEFT - _RIGHT) / max(len(months), 1)
    wide = min(room * 0.72, 44) / max(len(series), 1)
    bars, across = [], []
    every = -(-len(months) // _LABELS)
    for place, month in enumerate(months):
        middle = _LEFT + room * (place + 0.5)
        if place % every == 0:
            across.append(_month(month, round(middle, 1), first=place == 0))
        for number, each in enumerate(series):
            value = max(each.values[place], Decimal(0))
            height = round(tall * float(value / top), 1)
            x = round(middle + wide * (number - len(series) / 2), 1)
            title = f"{month_name(month)}: {each.name} {unit}{each.values[place]:,}"
            bars.append(Bar(x, round(base - height, 1), round(wide - 1, 1), height, number + 1, title))
    lines = int(top / step)
    up = [Mark(round(base - tall * n / lines, 1), unit + shortened(step * n)) for n in range(lines + 1)]
    return Chart(bars, across, up)


def _scale(highest: Decimal) -> tuple[Decimal, Decimal]:
    """Round numbers: the step between lines, and the highest line."""
    step = Decimal(1)
    for factor in (1, 2, 5) * 12:
        if step * factor * 4 >= highest:
            step *= factor
            break
        if factor == 5:
            step *= 10
    return step, step * max(ceil(highest / step), 1)


def shortened(number: Decimal) -> str:
    for size, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if number >= size:
            return f"{(number / size).normalize():f}{letter}"
    return f"{number.normalize():f}" if number else "0"


def month_name(month: str) -> str:
    year, _, number = month.partition("-")
    return f"{_MONTHS[int(number) - 1]} {year}"


def _month(month: str, at: float, *, first: bool) -> Mark:
    """With the year where one begins."""
    name, _, year = month_name(month).partition(" ")
    return Mark(at, name, year if first or name == _MONTHS[0] else "")
