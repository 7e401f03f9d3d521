"""SET and RESET. https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_ConfigurationRef.html"""

from redshift.cursor import Cursor
from redshift.errors import SqlError, unsupported
from redshift.lexer import NUMBER, QUOTED, STRING, WORD
from redshift.names import fold, literal
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs

# Theirs and what they are here; what is None says nothing about a result.
KNOWN = {
    "search_path": "search_path",
    "statement_timeout": "statement_timeout",
    "timezone": "TimeZone",
    "datestyle": "DateStyle",
    "extra_float_digits": "extra_float_digits",
    "query_group": None,
    "enable_result_cache_for_session": None,
    "analyze_threshold_percent": None,
}


@performs("SET")
def set_(session: Session, cursor: Cursor) -> Result:
    if cursor.at("SESSION", "AUTHORIZATION"):
        raise unsupported("SET SESSION AUTHORIZATION")
    cursor.one_of("SESSION", "LOCAL")
    name = cursor.name()
    if not cursor.one_of("TO", "="):
        raise cursor.wrong()
    values = cursor.listed(lambda: cursor.take(WORD, QUOTED, STRING, NUMBER))
    cursor.end()
    setting = _known(name)
    if setting is None:
        return Result()
    if len(values) == 1 and values[0].kind == WORD and values[0].text.upper() == "DEFAULT":
        session.own(f"SET {setting} TO DEFAULT")
    elif setting == "search_path":
        path = (session.names.stored(value.text if value.text == "$user" else fold(value.text)) for value in values)
        session.own(f"SET search_path TO {', '.join(literal(name) for name in path)}")
    else:
        session.own(f"SET {setting} TO {', '.join(literal(value.text) for value in values)}")
    return Result()


@performs("RESET")
def reset(session: Session, cursor: Cursor) -> Result:
    setting = _known(cursor.name())
    cursor.end()
    if setting is not None:
        session.own(f"RESET {setting}")
    return Result()


def _known(name: str) -> str | None:
    if name == "enable_case_sensitive_identifier":
        raise unsupported(name)
    if name not in KNOWN:
        raise SqlError(f'unrecognized configuration parameter "{name}"', "42704")
    return KNOWN[name]
