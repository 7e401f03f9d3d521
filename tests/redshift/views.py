"""Views. https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_VIEW.html"""

from redshift import query
from redshift.cursor import Cursor
from redshift.errors import unsupported
from redshift.result import Result
from redshift.session import Session
from redshift.statements import performs

NO_BINDING = ("WITH", "NO", "SCHEMA", "BINDING")


@performs("CREATE VIEW", "CREATE OR REPLACE VIEW")
def create_view(session: Session, cursor: Cursor) -> Result:
    replacing = "OR REPLACE " if cursor.tokens[1].text.upper() == "OR" else ""
    name = cursor.relation()
    columns = ""
    if cursor.at("("):
        columns = f" ({', '.join(session.names.quoted(column) for column in cursor.in_parentheses(cursor.name))})"
    cursor.expect("AS")
    body = cursor.text_until(lambda at: at.at(*NO_BINDING))
    if cursor.accept(*NO_BINDING):
        raise unsupported("a late-binding view")
    cursor.end()
    sql = query.translate(body, session.names, session.database)
    session.act(f"CREATE {replacing}VIEW {name.quoted}{columns} AS {sql}")
    return Result()


@performs("DROP VIEW")
def drop_view(session: Session, cursor: Cursor) -> Result:
    existing = "IF EXISTS " if cursor.accept("IF", "EXISTS") else ""
    views = ", ".join(view.quoted for view in cursor.listed(cursor.relation))
    behaviour = cursor.one_of("CASCADE", "RESTRICT") or "RESTRICT"
    session.act(f"DROP VIEW {existing}{views} {behaviour}")
    return Result()
