"""Who performs which statement, by the words that it begins with."""

from collections.abc import Callable

from redshift.cursor import Cursor
from redshift.errors import syntax_error, unsupported
from redshift.lexer import WORD
from redshift.result import Result
from redshift.session import Session

Performer = Callable[[Session, Cursor], Result]
PERFORMERS: dict[tuple[str, ...], Performer] = {}
# Words that Redshift begins statements with, to tell what we lack from what is wrong.
REDSHIFT = {
    "ALTER", "ANALYZE", "ATTACH", "BEGIN", "CALL", "CANCEL", "CLOSE", "COMMENT", "COPY", "CREATE", "DEALLOCATE",
    "DECLARE", "DESC", "DETACH", "DROP", "EXECUTE", "EXPLAIN", "FETCH", "PREPARE", "REFRESH", "RESET", "SHOW", "UNLOAD",
    "UNDROP", "USE", "VACUUM", "SELECT", "SET",
}  # fmt: skip


def performs(*beginnings: str) -> Callable[[Performer], Performer]:
    def register(performer: Performer) -> Performer:
        for beginning in beginnings:
            words = tuple(beginning.split())
            assert words not in PERFORMERS, f"{beginning} has two performers"
            PERFORMERS[words] = performer
        return performer

    return register


def perform(session: Session, sql: str) -> Result:
    cursor = Cursor(sql, session.names)
    if cursor.peek() is None:
        raise syntax_error("")
    words = []
    for token in cursor.tokens[:4]:
        if token.kind != WORD and token.text != "(":
            break
        words.append(token.text.upper())
    for length in range(len(words), 0, -1):
        performer = PERFORMERS.get(tuple(words[:length]))
        if performer is not None:
            cursor.position = length
            result = performer(session, cursor)
            cursor.end()
            return result
    if words and words[0] in REDSHIFT:
        raise unsupported(" ".join(words[:2]))
    first = cursor.tokens[0]
    raise syntax_error(sql[first.start : first.end])


def whole(cursor: Cursor) -> str:
    """All of the statement, for a parser of its own."""
    cursor.position = len(cursor.tokens)
    return cursor.sql[cursor.tokens[0].start : cursor.tokens[-1].end]
