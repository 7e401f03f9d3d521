"""Synthetic claims, with the awkward things that clients' files have. No name or number is anybody's.

python -m claims.generate --seed 7 --rows 1000 --out DIRECTORY
"""

import argparse
import csv
import gzip
import io
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

HEADER = (
    "claim_id", "member_id", "member_name", "service_date", "diagnosis", "place_of_service", "status", "billed", "paid",
    "received_date", "note",
)  # fmt: skip
SYLLABLES = ("zor", "quil", "vex", "tam", "brin", "dwel", "oph", "yst", "kra", "lun")
STATUSES = ("PAID", "DENIED", "REVERSED", "PENDING")
START = date(2026, 1, 1)
Claim = dict[str, str]


@dataclass(frozen=True, slots=True)
class File:
    """One file and what becomes of it, by the task LoadClaims."""

    name: str
    body: bytes
    read: int
    loaded: int
    rejected: int = 0
    encoding: str = "utf-8"
    whole: bool = True  # or it is rejected as a whole


def claim(chance: random.Random, number: int) -> Claim:
    served = START + timedelta(days=chance.randrange(300))
    billed = chance.randrange(1_00, 9_000_00)
    return {
        "claim_id": f"C{number:08}",
        "member_id": f"{chance.randrange(10**11):014}",  # leading zeros are part of it; by chance it is nowhere else
        "member_name": f"{_word(chance).title()}, {_word(chance).title()}",
        "service_date": served.isoformat(),
        "diagnosis": f"{chance.choice('ABEFJKM')}{chance.randrange(100):02}.{chance.randrange(10)}",
        "place_of_service": f"{chance.randrange(1, 100):02}",
        "status": chance.choice(STATUSES),
        "billed": f"{billed / 100:.2f}",
        "paid": f"{billed * chance.randrange(100) / 10000:.2f}",
        "received_date": (served + timedelta(days=chance.randrange(1, 30))).isoformat(),
        "note": "",
    }


def claims(seed: int, rows: int, first: int = 1) -> list[Claim]:
    chance = random.Random(seed)
    return [claim(chance, first + number) for number in range(rows)]


def _word(chance: random.Random) -> str:
    return "".join(chance.sample(SYLLABLES, 2))


def written(
    rows: Iterable[Claim], header: Iterable[str] = HEADER, end: str = "\n", quoting: int = csv.QUOTE_MINIMAL
) -> str:
    out = io.StringIO()
    names = list(header)
    into = csv.writer(out, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]  # the stubs want a literal
    into.writerow(names)
    into.writerows([row[name] for name in names] for row in rows)
    return out.getvalue()


def awkward(seed: int, rows: int = 20) -> list[File]:
    """Each with claims of its own, so that all can be loaded into one table."""
    makers: list[Callable[[list[Claim]], File]] = [
        plain, quoted, byte_order_mark, windows_1252, carriage_returns, duplicates, corrections, reordered,
        short_rows, odd_dates, amounts, members_of_gzip, bad_rows, unclosed_quote, undecodable,
    ]  # fmt: skip
    made = [maker(claims(seed + place, rows, place * 10_000 + 1)) for place, maker in enumerate(makers)]
    header = ",".join(HEADER)
    return [
        *made,
        File("empty.csv", b"", 0, 0),
        File("header-only.csv", f"{header}\n".encode(), 0, 0),
        File("no-header.csv", b"C1,M1,x,2026-01-01\n", 0, 0, whole=False),
        File("utf-16.csv", written(claims(seed, 3)).encode("utf-16"), 0, 0, whole=False),
        File("cut-off.csv.gz", gzip.compress(written(claims(seed, 50)).encode(), mtime=0)[:-20], 0, 0, whole=False),
    ]


def plain(rows: list[Claim]) -> File:
    return File("plain.csv", written(rows).encode(), len(rows), len(rows))


def quoted(rows: list[Claim]) -> File:
    rows[0]["note"] = 'said "again", twice'
    rows[1]["note"] = "first line\nsecond line\r\nthird line"
    rows[2]["note"] = "a backslash \\ and \\N within, and 'quotes'"
    rows[3]["member_name"] = '"'
    return File("quoted.csv", written(rows, quoting=csv.QUOTE_ALL).encode(), len(rows), len(rows))


def byte_order_mark(rows: list[Claim]) -> File:
    rows[0]["member_name"] = "Żörkä, Łün"
    return File("byte-order-mark.csv", written(rows).encode("utf-8-sig"), len(rows), len(rows))


def windows_1252(rows: list[Claim]) -> File:
    rows[0]["member_name"] = "Zörqué, Lun-vex €"
    return File("windows-1252.csv", written(rows).encode("cp1252"), len(rows), len(rows), encoding="windows-1252")


def carriage_returns(rows: list[Claim]) -> File:
    return File("carriage-returns.csv", written(rows, end="\r\n").encode() + b"\r\n\r\n", len(rows), len(rows))


def duplicates(rows: list[Claim]) -> File:
    """Every claim twice as it is, and one of them once more."""
    return File("duplicates.csv", written([*rows, *rows, rows[0]]).encode(), 2 * len(rows) + 1, len(rows))


def corrections(rows: list[Claim]) -> File:
    """The correction stands before what it corrects."""
    later = {"status": "REVERSED", "paid": "-12.50", "received_date": "2027-01-31"}
    corrected = [dict(row) | later for row in rows[:3]]
    return File("corrections.csv", written([*corrected, *rows]).encode(), len(rows) + 3, len(rows))


def reordered(rows: list[Claim]) -> File:
    header = [*reversed(HEADER)]
    text = written(rows, header).replace("claim_id", " Claim_ID ", 1)
    return File("reordered.csv", text.encode(), len(rows), len(rows))


def short_rows(rows: list[Claim]) -> File:
    """Trailing columns that have nothing in them are often not written."""
    lines = written(rows).splitlines()
    cut = [lines[0], *(line.rstrip(",") for line in lines[1:])]
    return File("short-rows.csv", ("\n".join(cut)).encode(), len(rows), len(rows))  # and no end of the last line


def odd_dates(rows: list[Claim]) -> File:
    for number, form in enumerate(("%m/%d/%Y", "%Y%m%d", "%d-%b-%Y")):
        served = date.fromisoformat(rows[number]["service_date"])
        rows[number]["service_date"] = served.strftime(form)
    rows[3]["service_date"] = "3/7/2026"
    return File("odd-dates.csv", written(rows).encode(), len(rows), len(rows))


def amounts(rows: list[Claim]) -> File:
    for row, amount in zip(rows, ("-12.50", "(1,234.50)", "$99.9", "12.50-", "0", "-0.00", ".5"), strict=False):
        row["paid"] = amount
    return File("amounts.csv", written(rows).encode(), len(rows), len(rows))


def members_of_gzip(rows: list[Claim]) -> File:
    text = written(rows).encode()
    half = len(text) // 2
    body = gzip.compress(text[:half], mtime=0) + gzip.compress(text[half:], mtime=0)
    return File("members.csv.gz", body, len(rows), len(rows))


def bad_rows(rows: list[Claim]) -> File:
    """Two of many, within the threshold of a tenth."""
    rows[4]["service_date"], rows[4]["diagnosis"] = "2026-02-30", "nothing"
    rows[9]["claim_id"] = ""
    return File("bad-rows.csv", written(rows).encode(), len(rows), len(rows) - 2, rejected=2)


def unclosed_quote(rows: list[Claim]) -> File:
    lines = written(rows).splitlines()
    lines[5] = lines[5].replace(",", ',"', 1)
    return File("unclosed-quote.csv", "\n".join(lines).encode(), len(rows), len(rows) - 1, rejected=1)


def undecodable(rows: list[Claim]) -> File:
    body = written(rows).encode().replace(rows[7]["member_name"].encode(), b"Z\xf6r, Lun", 1)
    return File("undecodable.csv", body, len(rows), len(rows) - 1, rejected=1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m claims.generate", description="Writes synthetic claims.")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rows", type=int, default=1000, help="of the file claims.csv")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "claims.csv").write_text(written(claims(arguments.seed, arguments.rows)), encoding="utf-8")
    for file in awkward(arguments.seed):
        (arguments.out / file.name).write_bytes(file.body)


if __name__ == "__main__":
    main()
