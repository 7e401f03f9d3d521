"""Redshift's tokens.

A backslash escapes within a string literal, as in the PostgreSQL 8.0 that Redshift comes from.
https://docs.aws.amazon.com/redshift/latest/dg/r_Examples_with_character_types.html
"""

import re
from dataclasses import dataclass

from redshift.errors import SqlError, syntax_error

WORD, QUOTED, STRING, NUMBER, SYMBOL, PARAMETER = "word", "quoted", "string", "number", "symbol", "parameter"


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str  # of quoted identifiers and strings: what they mean
    start: int
    end: int  # behind the last character


SPACE = re.compile(r"(?:\s+|--[^\n]*)+")
PATTERNS = (
    (WORD, re.compile(r"[^\W\d][\w$]*")),
    (NUMBER, re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")),
    (SYMBOL, re.compile(r"::|<=|>=|<>|!=|\|\||[-+*/%^<>=~!@#&|,;.()\[\]?]")),
    (PARAMETER, re.compile(r":[0-9A-Za-z_]+")),
    (SYMBOL, re.compile(r":")),
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def tokens(sql: str) -> list[Token]:
    found: list[Token] = []
    position = 0
    while True:
        position = _skip(sql, position)
        if position >= len(sql):
            return found
        token = _next(sql, position)
        found.append(token)
        position = token.end


def _skip(sql: str, position: int) -> int:
    """Behind spaces and comments; those of the second kind nest."""
    while True:
        space = SPACE.match(sql, position)
        if space:
            position = space.end()
        if not sql.startswith("/*", position):
            return position
        depth, start = 0, position
        for mark in re.finditer(r"/\*|\*/", sql[start:]):
            depth += 1 if mark.group() == "/*" else -1
            if depth == 0:
                position = start + mark.end()
                break
        if depth:
            raise SqlError("unterminated /* comment")


def _next(sql: str, start: int) -> Token:
    letter = sql[start]
    if letter == "'":
        return _string(sql, start)
    if letter == '"':
        closing = re.compile(r'"((?:[^"]|"")*)"').match(sql, start)
        if closing is None:
            raise SqlError("unterminated quoted identifier")
        if not closing.group(1):
            raise SqlError('zero-length delimited identifier at or near """"')
        return Token(QUOTED, closing.group(1).replace('""', '"'), start, closing.end())
    if letter == "$":
        dollars = re.compile(r"(\$[A-Za-z_]*\$)(.*?)\1", re.DOTALL).match(sql, start)
        if dollars:
            return Token(STRING, dollars.group(2), start, dollars.end())
    for kind, pattern in PATTERNS:
        match = pattern.match(sql, start)
        if match:
            return Token(kind, match.group(), start, match.end())
    raise syntax_error(letter)


def _string(sql: str, start: int) -> Token:
    position, text = start + 1, ""
    while position < len(sql):
        letter = sql[position]
        if letter == "'":
            if not sql.startswith("''", position):
                return Token(STRING, text, start, position + 1)
            text, position = text + "'", position + 2
        elif letter == "\\" and position + 1 < len(sql):
            octal = re.compile(r"[0-7]{1,3}").match(sql, position + 1)
            if octal:
                text, position = text + chr(int(octal.group(), 8)), octal.end()
            else:
                text += ESCAPES.get(sql[position + 1], sql[position + 1])
                position += 2
        else:
            text, position = text + letter, position + 1
    raise SqlError("unterminated quoted string")
