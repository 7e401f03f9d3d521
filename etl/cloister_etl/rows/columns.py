"""Types of columns: what a field may hold, and how it is written for COPY."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal as Number
from functools import lru_cache

from cloister_etl.warehouse.sql import Sql


class BadValue(Exception):
    """By its code only; the value stays where it is."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Column(ABC):
    name: str  # in the table
    header: str = ""  # in the file, if it is another
    required: bool = False
    nulls: tuple[str, ...] = ("",)  # what stands for no value
    strip: bool = True

    @property
    @abstractmethod
    def sql_type(self) -> Sql: ...

    @abstractmethod
    def parse(self, text: str) -> str:
        """As COPY reads it; raises BadValue."""

    def problems(self) -> list[str]:
        """What is wrong with the declaration."""
        return []

    def read(self, text: str) -> str | None:
        value = text.strip() if self.strip else text
        if value in self.nulls:
            if self.required:
                raise BadValue("missing_required")
            return None
        return self.parse(value)


@dataclass(frozen=True, kw_only=True)
class Text(Column):
    """Codes as well: a leading zero is kept."""

    max_bytes: int = 256  # "VARCHAR(n) ... n is bytes", in UTF-8
    allowed: tuple[str, ...] = ()
    pattern: str = ""

    @property
    def sql_type(self) -> Sql:
        return Sql(f"varchar({self.max_bytes})")

    def parse(self, text: str) -> str:
        if len(text.encode()) > self.max_bytes:
            raise BadValue("too_long")
        if self.allowed and text not in self.allowed:
            raise BadValue("not_allowed")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise BadValue("not_of_the_pattern")
        if text == "\\N":
            raise BadValue("reserved_value")  # it is what COPY takes for NULL
        return text

    def problems(self) -> list[str]:
        return [] if 1 <= self.max_bytes <= 65535 else ["max_bytes must be between 1 and 65535"]


@dataclass(frozen=True, kw_only=True)
class Integer(Column):
    minimum: int = -(2**63)
    maximum: int = 2**63 - 1

    @property
    def sql_type(self) -> Sql:
        return Sql("bigint")

    def parse(self, text: str) -> str:
        if not re.fullmatch(r"[+-]?[0-9]{1,19}", text):
            raise BadValue("not_an_integer")
        if not self.minimum <= int(text) <= self.maximum:
            raise BadValue("out_of_range")
        return str(int(text))


@dataclass(frozen=True, kw_only=True)
class Decimal(Column):
    precision: int = 18
    scale: int = 2
    minimum: Number | None = None
    accounting: bool = False  # also takes $1,234.50, (12.50) and 12.50-

    @property
    def sql_type(self) -> Sql:
        return Sql(f"decimal({self.precision},{self.scale})")

    def parse(self, text: str) -> str:
        plain = _plain(text) if self.accounting else text
        if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", plain):
            raise BadValue("not_a_number")
        whole, _, fraction = plain.lstrip("+-").partition(".")
        if len(fraction.rstrip("0")) > self.scale:
            raise BadValue("too_many_decimals")
        if len(whole.lstrip("0")) > self.precision - self.scale:
            raise BadValue("out_of_range")
        if self.minimum is not None and Number(plain) < self.minimum:
            raise BadValue("out_of_range")
        return plain

    def problems(self) -> list[str]:
        if not 1 <= self.precision <= 38 or not 0 <= self.scale <= self.precision:
            return ["precision must be between 1 and 38, and scale between 0 and precision"]
        return []


def _plain(text: str) -> str:
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text = True, text[1:-1]
    elif text.endswith("-"):
        negative, text = True, text[:-1]
    elif text.startswith("-"):
        negative, text = True, text[1:]
    text = text.strip().removeprefix("$").strip()
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?", text):
        text = text.replace(",", "")
    return f"-{text}" if negative else text


@dataclass(frozen=True, kw_only=True)
class Boolean(Column):
    true: tuple[str, ...] = ("t", "true", "y", "yes", "1")
    false: tuple[str, ...] = ("f", "false", "n", "no", "0")

    @property
    def sql_type(self) -> Sql:
        return Sql("boolean")

    def parse(self, text: str) -> str:
        folded = text.casefold()
        if folded in self.true:
            return "true"
        if folded in self.false:
            return "false"
        raise BadValue("not_a_boolean")


@dataclass(frozen=True, kw_only=True)
class Date(Column):
    formats: tuple[str, ...] = ("%Y-%m-%d",)  # of strptime, tried in this order
    earliest: date = date(1800, 1, 1)
    latest: date = date(2200, 1, 1)

    @property
    def sql_type(self) -> Sql:
        return Sql("date")

    def parse(self, text: str) -> str:
        found = _time(text, self.formats, "not_a_date").date()
        if not self.earliest <= found <= self.latest:
            raise BadValue("out_of_range")
        return found.isoformat()

    def problems(self) -> list[str]:
        return [] if self.formats else ["formats must not be empty"]


@dataclass(frozen=True, kw_only=True)
class Timestamp(Column):
    """Without a zone, as it is written."""

    formats: tuple[str, ...] = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")

    @property
    def sql_type(self) -> Sql:
        return Sql("timestamp")

    def parse(self, text: str) -> str:
        return _time(text, self.formats, "not_a_time").replace(tzinfo=None).isoformat(" ")

    def problems(self) -> list[str]:
        return [] if self.formats else ["formats must not be empty"]


@lru_cache(maxsize=16_384)  # a file's dates are few, and strptime is what takes the time
def _time(text: str, formats: tuple[str, ...], code: str) -> datetime:
    for each in formats:
        try:
            return datetime.strptime(text, each)
        except ValueError:
            continue
    raise BadValue(code)
