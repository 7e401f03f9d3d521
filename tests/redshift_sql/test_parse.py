"""Every statement that the operator can write reads the same to a parser that is not ours: sqlglot's of Redshift.

Names in the statements begin with `zz` and try to get out of their quotes. sqlglot has no grammar for some of
Redshift's statements (roles, default privileges, policies); of those its tokens are checked, which is where quoting
would fail, and the words, against the synopses of the Database Developer Guide.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest
from sqlglot import exp, parse, tokenize

_ROOT = Path(__file__).resolve().parent.parent.parent
_MARKS = set("(),.=>-*|:")
# Of the ledger and of masks; everything else is a name of the test's.
_FIXED_NAMES = {"cloister", "managed", "schema_name", "object_kind", "object_name", "owner_uid", "made_at", "value"}
# What sqlglot reads with a grammar of its own, and so must not be a bare command to it.
_GRAMMAR = (
    r"SELECT ",
    r"INSERT INTO ",
    r"DELETE FROM ",
    r"DROP (TABLE|SCHEMA) ",
    r"CREATE SCHEMA IF NOT EXISTS ",
    r'ALTER TABLE "[^ ]* (RENAME TO|ADD COLUMN|DROP COLUMN) ',
)
# The beginnings of what it has none for, as AWS documents them.
_DOCUMENTED = (
    r"(CREATE|DROP) (ROLE|GROUP|USER) ",
    r"(GRANT|REVOKE) ROLE ",
    r"(GRANT|REVOKE) [A-Z]",
    r"ALTER (GROUP|USER|SCHEMA|TABLE) ",
    r"ALTER DEFAULT PRIVILEGES FOR USER ",
    r"CREATE (TABLE|SCHEMA) ",
    r"(CREATE|ALTER|DROP) DATABASE ",
    r"LOCK TABLE ",
    r"(CREATE|DROP|ATTACH|DETACH) (RLS|MASKING) POLICY ",
)


@pytest.fixture(scope="module")
def statements() -> list[str]:
    command = ["cargo", "run", "--locked", "--quiet", "-p", "cloister-core", "--example", "statements", "--", "3000"]
    printed = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in printed.splitlines()]


def test_every_name_and_text_is_one_token(statements: list[str]) -> None:
    for sql in statements:
        # sqlglot leaves what follows the first word of an unknown statement as it is, so the first is another.
        words = f"SELECT {sql}"
        for token in tokenize(words, read="redshift"):
            assert not token.comments, sql
            assert _is_expected(words[token.start : token.end + 1], token.text), f"{token} in {sql}"


def _is_expected(written: str, meant: str) -> bool:
    if written.startswith('"'):
        return meant.startswith("zz") or meant in _FIXED_NAMES
    if written.startswith("'"):
        return written.endswith("'") and len(written) > 1
    # Fixed words and numbers; never a part of a name.
    return set(written) <= _MARKS or bool(re.fullmatch(r"(?!zz)[A-Za-z0-9_. ]+", written))


def test_one_text_is_one_statement(statements: list[str]) -> None:
    for sql in statements:
        if re.match(r"(ATTACH|DETACH) ", sql):
            continue  # sqlglot takes them for DuckDB's
        (tree,) = parse(sql, read="redshift")
        if any(re.match(pattern, sql) for pattern in _GRAMMAR):
            assert tree is not None and not isinstance(tree, exp.Command), sql


def test_every_statement_begins_as_documented(statements: list[str]) -> None:
    unseen = {*_GRAMMAR, *_DOCUMENTED}
    for sql in statements:
        patterns = {pattern for pattern in (*_GRAMMAR, *_DOCUMENTED) if re.match(pattern, sql)}
        assert patterns, sql
        unseen -= patterns
    assert not unseen
