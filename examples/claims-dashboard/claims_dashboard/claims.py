"""What is asked about claims, and the answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from claims_dashboard.filters import Filter
from claims_dashboard.held import Held
from claims_dashboard.warehouse import Rows, Warehouse

PAGE = 25
FARTHEST = 4000  # pages; who wants more narrows the filter
_LISTED = ("claim_id", "service_date", "diagnosis", "place_of_service", "status", "billed", "paid")
_WHOLE = (*_LISTED, "member_id", "member_name", "received_date", "note")
_MONEY = ("billed", "paid")
_LONGEST_ID = 32  # bytes
Claim = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """Of the claims: a month, a status, a place of service."""

    name: str
    claims: int
    billed: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class Summary:
    total: Part
    members: int
    denied: int
    months: list[Part]
    statuses: list[Part]
    places: list[Part]
    every_status: list[str]


@dataclass(frozen=True, slots=True)
class Page:
    claims: list[Claim]
    total: int
    number: int
    every_status: list[str]

    @property
    def last(self) -> int:
        return max(min(-(-self.total // PAGE), FARTHEST), 1)

    @property
    def first_row(self) -> int:
        return (self.number - 1) * PAGE + 1 if self.claims else 0

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.claims) - 1 if self.claims else 0


class Claims:
    def __init__(self, warehouse: Warehouse, schema: str) -> None:
        self._warehouse = warehouse
        self._table = f'"{schema}".medical_claims'
        self._summaries: Held[tuple[tuple[str, str], ...], Summary] = Held()

    def summary(self, chosen: Filter) -> Summary:
        """Sums alone are kept for some seconds, no claim."""
        key = tuple(sorted(chosen.parameters.items()))
        return self._summaries.get(key, lambda: self._summary(chosen))

    def _summary(self, chosen: Filter) -> Summary:
        sums = "COUNT(*), COALESCE(SUM(billed), 0), COALESCE(SUM(paid), 0)"
        source = f"FROM {self._table}{chosen.where}"
        month = "TO_CHAR(service_date, 'YYYY-MM')"
        denied = "COUNT(CASE WHEN status = 'DENIED' THEN 1 END)"
        total, months, statuses, places, every = self._warehouse.read(
            [
                f"SELECT '', {sums}, COUNT(DISTINCT member_id), {denied} {source}",
                f"SELECT {month}, {sums} {source} GROUP BY {month} ORDER BY 1",
                f"SELECT status, {sums} {source} GROUP BY status ORDER BY 2 DESC, 1",
                f"SELECT COALESCE(place_of_service, ''), {sums} {source} GROUP BY place_of_service ORDER BY 2 DESC, 1",
                self._every_status,
            ],
            chosen.parameters,
        )
        members, refused = int(total[0][4]), int(total[0][5])
        by_month, by_status, by_place = _parts(months), _parts(statuses), _parts(places)
        return Summary(_part(total[0]), members, refused, by_month, by_status, by_place, _first_of(every))

    def page(self, chosen: Filter, number: int) -> Page:
        columns = ", ".join(_LISTED)
        number = min(max(number, 1), FARTHEST)
        counted, rows, every = self._warehouse.read(
            [
                f"SELECT COUNT(*) FROM {self._table}{chosen.where}",
                f"SELECT {columns} FROM {self._table}{chosen.where} ORDER BY service_date DESC, claim_id"
                f" LIMIT {PAGE} OFFSET {PAGE * (number - 1)}",
                self._every_status,
            ],
            chosen.parameters,
        )
        return Page([_claim(_LISTED, row) for row in rows], int(counted[0][0]), number, _first_of(every))

    def one(self, claim_id: str) -> Claim | None:
        if not claim_id.isprintable() or len(claim_id.encode()) > _LONGEST_ID:
            return None
        columns = ", ".join(_WHOLE)
        statement = f"SELECT {columns} FROM {self._table} WHERE claim_id = :claim LIMIT 1"
        (rows,) = self._warehouse.read([statement], {"claim": claim_id})
        return _claim(_WHOLE, rows[0]) if rows else None

    @property
    def _every_status(self) -> str:
        return f"SELECT DISTINCT status FROM {self._table} ORDER BY 1"


def _part(row: list[Any]) -> Part:
    return Part(str(row[0]), int(row[1]), Decimal(str(row[2])), Decimal(str(row[3])))


def _parts(rows: Rows) -> list[Part]:
    return [_part(row) for row in rows]


def _claim(columns: tuple[str, ...], row: list[Any]) -> Claim:
    found: Mapping[str, Any] = dict(zip(columns, row, strict=True))
    return {name: Decimal(value) if name in _MONEY and value is not None else value for name, value in found.items()}


def _first_of(rows: Rows) -> list[str]:
    return [str(row[0]) for row in rows]
