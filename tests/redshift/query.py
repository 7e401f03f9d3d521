"""SELECT and the statements that change rows: read as Redshift's SQL, written as PostgreSQL's."""

from collections.abc import Callable

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from redshift import system
from redshift.errors import SqlError, no_such, syntax_error, unsupported
from redshift.functions import KNOWN, OURS
from redshift.names import Names, fold

# Statements that sqlglot takes without understanding them.
OPAQUE = (exp.Command, exp.Pragma)


def translate(sql: str, names: Names, database: str) -> str:
    return write(parse(sql), names, database)


def parse(sql: str) -> exp.Expr:
    try:
        found = sqlglot.parse(sql, read="redshift")
    except ParseError as error:
        near = error.errors[0].get("highlight") if error.errors else ""
        raise syntax_error(str(near or "")) from error
    except TokenError as error:
        raise SqlError("syntax error in a literal or an identifier") from error
    if len(found) != 1 or found[0] is None:
        raise SqlError("cannot insert multiple commands into a prepared statement")
    tree = found[0]
    if isinstance(tree, OPAQUE) or tree.find(*OPAQUE):
        raise unsupported(tree.sql()[:40])
    return tree


def expression(sql: str, names: Names, database: str) -> str:
    """One expression of its own, such as a column's default."""
    select = parse(f"SELECT {sql}")
    if not isinstance(select, exp.Select) or len(select.expressions) != 1 or select.args.get("from_"):
        raise syntax_error(sql)
    return write(select.expressions[0], names, database)


def write(tree: exp.Expr, names: Names, database: str) -> str:
    """Relations first: the rest renames what they are told by."""
    aliases = {fold(cte.alias) for cte in tree.find_all(exp.CTE)}
    for table in list(tree.find_all(exp.Table)):
        _relation(table, aliases, database)
    for node in list(tree.walk()):
        if isinstance(node, exp.Identifier) and not node.args.get("ours"):
            node.set("this", names.stored(fold(node.name)))
            node.set("quoted", True)
    return _changed(tree).sql(dialect="postgres")


def _changed(tree: exp.Expr) -> exp.Expr:
    def change(node: exp.Expr) -> exp.Expr:
        step = CHANGES.get(type(node))
        return step(node) if step else node

    return tree.transform(change, copy=False)


def _relation(table: exp.Table, aliases: set[str], database: str) -> None:
    name, schema, catalog = fold(table.name), fold(table.db), fold(table.catalog)
    if not name:
        return
    if catalog:
        if catalog != database:
            raise unsupported("a query over several databases")
        table.set("catalog", None)
    if schema == "redshift":
        raise no_such("schema", schema)
    if schema == "information_schema":
        raise unsupported(f"information_schema.{name}")
    if schema not in ("", "pg_catalog") or (not schema and name in aliases):
        return
    if name in system.VIEWS:
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
        table.set("db", exp.Identifier(this="redshift", quoted=True, ours=True))
    elif schema or name.startswith(system.PREFIXES):
        raise unsupported(f"the system relation {name}")


def _type(node: exp.Expr) -> exp.Expr:
    kind = node.this
    if kind == exp.DataType.Type.SUPER:
        return exp.DataType.build("jsonb")
    if kind in (exp.DataType.Type.GEOMETRY, exp.DataType.Type.GEOGRAPHY, exp.DataType.Type.HLLSKETCH):
        raise unsupported(f"the type {kind.value.lower()}")
    length = node.find(exp.DataTypeParam)
    if length is not None and length.name.upper() == "MAX":
        length.set("this", exp.Literal.number(65535))
    return node


def _function(node: exp.Expr) -> exp.Expr:
    name = fold(node.name)
    if name in OURS:
        return _ours(name, node.expressions)
    if name not in KNOWN and not node.args.get("ours"):
        raise SqlError(f"function {name}(...) does not exist", "42883")
    return node


def _ours(name: str, arguments: list[exp.Expr]) -> exp.Expr:
    return exp.Dot(
        this=exp.Identifier(this="redshift", quoted=True, ours=True),
        expression=exp.Anonymous(this=name, expressions=arguments, ours=True),
    )


def _strtol(node: exp.Expr) -> exp.Expr:
    return _ours("strtol", [node.this, node.expression])


def _getdate(_: exp.Expr) -> exp.Expr:
    return sqlglot.parse_one("redshift.getdate()", read="postgres")


def _listagg(node: exp.Expr) -> exp.Expr:
    """LISTAGG(x, ',') WITHIN GROUP (ORDER BY y) is STRING_AGG(x, ',' ORDER BY y)."""
    if not isinstance(node.this, exp.GroupConcat):
        return node
    call, order = node.this, node.expression
    if isinstance(call.this, exp.Distinct):
        raise unsupported("LISTAGG(DISTINCT ...)")
    separator = call.args.get("separator") or exp.Literal.string("")
    return exp.GroupConcat(this=exp.Order(this=call.this, expressions=order.expressions), separator=separator)


CHANGES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.DataType: _type,
    exp.Anonymous: _function,
    exp.FromBase: _strtol,
    exp.CurrentTimestamp: _getdate,
    exp.WithinGroup: _listagg,
}
