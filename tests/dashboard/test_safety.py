"""Nothing but reading, nothing from elsewhere, nothing of a claim in the log, and words of use when it cannot."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from claims.generate import Claim

from aws.conftest import allow, document
from dashboard.world import ANN, ROLE, SCHEMA, App, World, told

INJECTED = [
    "' OR 1=1 --",
    "E11' OR 'a'='a",
    "%",
    "_",
    "E%",
    "\\",
    "PAID'; DROP TABLE medical_claims; --",
    ":claim",
    "\0",
]
PAGES = ["/", "/claims", "/claims?page=3", "/claims/C00000002", "/nowhere", "/claims?from=x", "/claims?diagnosis=Z99"]


@pytest.mark.parametrize("text", INJECTED)
def test_what_is_typed_is_never_part_of_a_statement(app: App, world: World, rows: list[Claim], text: str) -> None:
    for field in ("from", "to", "status", "diagnosis"):
        for path in ("/", "/claims"):
            page = app.get(f"{path}?{urlencode({field: text})}")
            assert page.status == 400, (field, path)
            assert f'aria-describedby="{field}-mistake"' in page.text
            assert "Cloister-Record" not in page.headers
    assert app.get(f"/claims/{quote(text, safe='')}").status == 404
    assert app.get(f"/claims?{urlencode({'page': text})}").status == 200
    assert world.sql(f"SELECT COUNT(*) FROM {SCHEMA}.medical_claims") == [[str(len(rows))]]


def test_it_only_selects_and_gives_values_as_parameters(app: App, world: World) -> None:
    app.get("/claims?from=2026-01-05&status=PAID&diagnosis=F3")
    app.get("/claims/C00000004")
    iam = world.aws.client("iam")
    iam.put_role_policy(
        RoleName=ROLE, PolicyName="look", PolicyDocument=document(allow("redshift-data:ListStatements"))
    )
    as_the_app = world.aws.client("redshift-data", world.aws.credentials(role=ROLE))
    asked = [sql for each in as_the_app.list_statements(Status="ALL")["Statements"] for sql in each["QueryStrings"]]
    iam.delete_role_policy(RoleName=ROLE, PolicyName="look")
    assert len(asked) >= 4 and all(sql.startswith("SELECT ") for sql in asked)
    assert not any(value in sql for sql in asked for value in ("2026", "PAID", "F3", "C0000"))


def test_every_page_is_of_this_origin_and_runs_nothing_inline(app: App) -> None:
    for path in PAGES:
        page = app.get(path)
        assert not re.findall(r"""(?:src|href|action|srcset)=(?!"(?:/|/[^/"][^"]*|#content)")""", page.text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|url\(|@import", page.text), path
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert page.headers["Cache-Control"] == "no-store"
        assert 'src="/.cloister/session.js" defer' in page.text
        assert 'method="post" action="/.cloister/logout"' in page.text
    style = app.get("/static/style.css").text
    assert "url(" not in style and "@import" not in style
    assert "http" not in app.get("/static/ends.js").text


def test_without_the_doors_word_nothing_is_shown(app: App) -> None:
    for path in PAGES:
        page = app.get(path, {})
        assert page.status == 403 and "Nobody is signed in" in page.text and "Cloister-Record" not in page.headers
    assert app.get("/", method="POST").status == 405


def test_the_log_tells_of_no_request(app: App, rows: list[Claim]) -> None:
    app.get("/claims/C00000005")
    app.get("/claims?page=2&diagnosis=E11")
    app.get("/claims/C00000006", {**ANN, "Bad Header C00000007": "x"})
    log = app.log.read_text()
    assert log and all(json.loads(line)["message"] for line in log.splitlines())
    for word in ("/claims", "C0000", "E11", "SELECT", "ann", *(row["member_name"] for row in rows)):
        assert word not in log


@pytest.fixture
def denied(world: World) -> Iterator[None]:
    world.sql(f'REVOKE SELECT ON ALL TABLES IN SCHEMA {SCHEMA} FROM "IAMR:{ROLE}"')
    yield
    world.sql(f'GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO "IAMR:{ROLE}"')


@pytest.mark.usefixtures("denied")
def test_a_role_that_may_not_read_is_told_what_to_do(app: App) -> None:
    _says(app, "/claims/C00000003", 503, "This application may not read the claims")


def test_a_warehouse_that_is_away_is_told_of(app: App, world: World) -> None:
    redshift = world.aws.client("redshift")
    redshift.pause_cluster(ClusterIdentifier="acme")
    try:
        _says(app, "/claims/C00000003", 503, "The data warehouse does not answer")
    finally:
        _resume(world)


def _resume(world: World) -> None:
    redshift = world.aws.client("redshift")
    while redshift.describe_clusters(ClusterIdentifier="acme")["Clusters"][0]["ClusterStatus"] != "paused":
        time.sleep(0.02)
    redshift.resume_cluster(ClusterIdentifier="acme")
    while redshift.describe_clusters(ClusterIdentifier="acme")["Clusters"][0]["ClusterStatus"] != "available":
        time.sleep(0.02)


def _says(app: App, path: str, status: int, title: str) -> None:
    page = app.get(path)
    assert page.status == status and title in page.text and ANN["Cloister-Request-Id"] in page.text
    assert page.headers["Retry-After"] == "60" and "Cloister-Record" not in page.headers
    for word in ("SELECT", "medical_claims", "Exception", "relation", "C00000003"):
        assert word not in page.text


@pytest.mark.parametrize(
    ("told_of", "says"),
    [
        ("", "must hold a JSON object"),
        (json.dumps({**told(), "warehouse": None}), "names no warehouse"),
        (json.dumps({**told(), "tenant": 'A"', "region": 3}), "not a name in lower case: tenant, region"),
    ],
)
def test_it_says_what_is_wrong_with_its_settings(told_of: str, says: str, tmp_path: Path) -> None:
    root = str(Path(__file__).resolve().parents[2] / "examples" / "claims-dashboard")
    done = subprocess.run([sys.executable, "-m", "claims_dashboard"], env={"PYTHONPATH": root, "CLOISTER_APP": told_of},
                          cwd=tmp_path, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 1 and says in done.stderr
