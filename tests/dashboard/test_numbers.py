"""What the pages show is what was loaded."""

import html
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from urllib.parse import quote, urlencode

import pytest
from claims.generate import Claim
from claims_dashboard.charts import Series, columns

from dashboard.world import ANN, App, World

Match = Callable[[Claim], bool]
FILTERS: list[tuple[dict[str, str], Match]] = [
    ({"from": "2026-03-01"}, lambda row: row["service_date"] >= "2026-03-01"),
    ({"to": "2026-03-31"}, lambda row: row["service_date"] <= "2026-03-31"),
    ({"from": "2026-02-10", "to": "2026-02-10"}, lambda row: row["service_date"] == "2026-02-10"),
    ({"status": "DENIED"}, lambda row: row["status"] == "DENIED"),
    ({"status": "denied", "diagnosis": "e"}, lambda row: row["status"] == "DENIED" and row["diagnosis"][0] == "E"),
    ({"diagnosis": "E1"}, lambda row: row["diagnosis"].startswith("E1")),
    (
        {"from": "2026-01-15", "to": "2026-08-15", "status": "PAID", "diagnosis": "A"},
        lambda row: (
            "2026-01-15" <= row["service_date"] <= "2026-08-15"
            and row["status"] == "PAID"
            and row["diagnosis"].startswith("A")
        ),
    ),
    ({"diagnosis": "Z99.9"}, lambda row: row["diagnosis"].startswith("Z99.9")),
]


def _money(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def _sum(rows: list[Claim], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def _tile(text: str, name: str) -> str:
    found = re.search(rf'id="total-{name}">([^<]*)<', text)
    assert found
    return found[1]


@pytest.mark.parametrize(("chosen", "matches"), [({}, lambda _: True), *FILTERS])
def test_totals_months_and_parts_are_those_of_the_rows(
    app: App, rows: list[Claim], chosen: dict[str, str], matches: Match
) -> None:
    page = app.get(f"/?{urlencode(chosen)}")
    assert page.status == 200
    wanted = [row for row in rows if matches(row)]
    if not wanted:
        assert "No claim matches" in page.text
        return
    assert _tile(page.text, "claims") == str(len(wanted))
    assert _tile(page.text, "members") == str(len({row["member_id"] for row in wanted}))
    assert _tile(page.text, "billed") == _money(_sum(wanted, "billed"))
    assert _tile(page.text, "paid") == _money(_sum(wanted, "paid"))
    table = re.findall(r'<th scope="row">(\w+) (\d+)</th>' + 3 * r'<td class="number">([^<]*)</td>', page.text)
    months: dict[str, list[Claim]] = {}
    for row in wanted:
        months.setdefault(date.fromisoformat(row["service_date"]).strftime("%Y-%m"), []).append(row)
    assert table == [
        (
            date.fromisoformat(f"{month}-01").strftime("%b"),
            month[:4],
            str(len(found)),
            _money(_sum(found, "billed")),
            _money(_sum(found, "paid")),
        )
        for month, found in sorted(months.items())
    ]
    shown = re.findall(r'class="badge \w+">(\w+)</span>\s*<span class="number">([\d,]+)', page.text)
    assert {(name.upper(), int(number)) for name, number in shown} == set(
        Counter(row["status"] for row in wanted).items()
    )
    places = re.findall(r'class="line"><span>[^<]*</span><span class="number">(\d+)', page.text)
    assert sum(map(int, places)) == len(wanted)


@pytest.mark.parametrize(("chosen", "matches"), FILTERS)
def test_the_list_has_every_claim_once_the_latest_first(
    app: App, rows: list[Claim], chosen: dict[str, str], matches: Match
) -> None:
    wanted = sorted((row for row in rows if matches(row)), key=lambda row: row["claim_id"])
    wanted.sort(key=lambda row: row["service_date"], reverse=True)
    listed: list[str] = []
    for number in range(1, len(wanted) // 25 + 2):
        page = app.get(f"/claims?{urlencode({**chosen, 'page': str(number)})}")
        found = [html.unescape(one) for one in re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page.text)]
        records = page.headers.get("Cloister-Record", "")
        assert records == ", ".join(f"claims/{quote(one, safe='')}" for one in found)
        assert len(found) <= 25
        listed += found
    assert listed == [row["claim_id"] for row in wanted]


def test_one_claim_is_shown_whole_and_named_to_the_door(app: App, rows: list[Claim]) -> None:
    for row in rows[:3]:
        page = app.get(f"/claims/{quote(row['claim_id'])}?status=PAID&page=2")
        assert page.status == 200
        assert page.headers["Cloister-Record"] == f"claims/{quote(row['claim_id'], safe='')}"
        shown = html.unescape(page.text)
        for name in ("claim_id", "member_id", "member_name", "service_date", "received_date", "diagnosis"):
            assert row[name] in shown
        assert (row["note"] or "No note.") in shown
        assert _money(Decimal(row["billed"])) in shown and _money(Decimal(row["paid"])) in shown
        assert 'href="/claims?status=PAID&amp;page=2"' in page.text
        assert "<script>alert" not in page.text


def test_a_claim_that_is_not_there_names_no_record(app: App) -> None:
    page = app.get("/claims/C99999999")
    assert page.status == 404 and "Cloister-Record" not in page.headers
    assert "There is no such claim" in page.text


def test_sums_are_held_for_a_moment_and_rows_are_not(app: App, world: World) -> None:
    app.get("/?diagnosis=M")
    since = len(world.aws.calls())
    app.get("/?diagnosis=M")
    assert [call["operation"] for call in world.aws.calls(since)] == []
    app.get("/claims?diagnosis=M")
    asked = [call["operation"] for call in world.aws.calls(since)]
    assert asked.count("BatchExecuteStatement") == 1
    assert set(asked) == {"BatchExecuteStatement", "GetStatementResult"}


def test_the_health_path_asks_nobody(app: App, world: World) -> None:
    since = len(world.aws.calls())
    assert app.get("/healthz", {}).status == 200
    assert world.aws.calls(since) == []
    assert ANN["Cloister-User-Name"] not in app.get("/healthz").text


@pytest.mark.parametrize("highest", ["0", "0.01", "1", "4", "5", "51", "199.99", "200", "271234.56", "40000000"])
def test_no_column_is_higher_than_the_chart(highest: str) -> None:
    value = Decimal(highest)
    chart = columns(["2026-12", "2027-01"], [Series("billed", [value, value / 2])], "$")
    first, second = chart.bars
    assert chart.up[-1].at <= first.y <= second.y <= chart.base
    assert first.y + first.height == pytest.approx(chart.base)
    assert 2 <= len(chart.up) <= 6 and [mark.below for mark in chart.across] == ["2026", "2027"]
    assert first.height <= 2 * second.height + 0.2
    if value >= 1:
        assert first.height >= (chart.base - chart.up[-1].at) / 2
