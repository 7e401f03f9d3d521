"""Identifiers. https://docs.aws.amazon.com/redshift/latest/dg/r_names.html"""

import pytest

from aws.redshift_data_world import Warehouse

HOSTILE = [
    'say "hi"',
    "it's; drop schema public",
    "naïve ünïcödé 表",
    "a.b",
    "-- no comment",
    "x" * 127,
    "é" * 63,
    "%s {0} :p",
]


def test_names_are_folded_even_in_quotes(warehouse: Warehouse) -> None:
    """ "ASCII letters in delimited identifiers are case-insensitive and are folded to lowercase." """
    warehouse.sql('CREATE TABLE "Mixed" ("Case" int)')
    assert warehouse.rows("SELECT tablename, \"column\" FROM pg_table_def WHERE tablename = 'mixed'") == [
        ["mixed", "case"]
    ]
    assert warehouse.rows('SELECT "CASE" FROM MIXED') == []


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_go_round(warehouse: Warehouse, name: str) -> None:
    user = '"' + name[:-1].replace('"', '""') + 'u"'  # a role "can't be the same as any user names"
    quoted, text = '"' + name.replace('"', '""') + '"', "'" + name.replace("'", "''") + "'"
    warehouse.sql(
        f"CREATE SCHEMA {quoted}", f"CREATE ROLE {quoted}", f"CREATE USER {user} PASSWORD DISABLE",
        f"CREATE TABLE {quoted}.{quoted} ({quoted} int, CONSTRAINT {quoted} PRIMARY KEY ({quoted}))",
        f"GRANT SELECT ({quoted}) ON {quoted}.{quoted} TO ROLE {quoted}", f"GRANT ROLE {quoted} TO {user}",
        f"INSERT INTO {quoted}.{quoted} ({quoted}) VALUES (7)",
    )  # fmt: skip
    assert warehouse.rows(
        "SELECT namespace_name, relation_name, column_name, identity_name FROM svv_column_privileges"
        f" WHERE namespace_name = {text}"
    ) == [[name] * 4]
    assert warehouse.rows(f"SELECT user_name FROM svv_user_grants WHERE role_name = {text}") == [[name[:-1] + "u"]]
    assert warehouse.rows(f"SELECT conname FROM pg_constraint WHERE conname = {text}") == [[name]]
    identifier = warehouse.finished(f"SELECT {quoted} FROM {quoted}.{quoted}")
    result = warehouse.data.get_statement_result(Id=identifier)
    (column,) = result["ColumnMetadata"]
    assert (column["name"], column["tableName"], column["schemaName"]) == (name,) * 3
    warehouse.sql(f"DROP SCHEMA {quoted} CASCADE", f"DROP USER {user}", f"DROP ROLE {quoted}")


def test_longer_names_are_cut_to_127_bytes(warehouse: Warehouse) -> None:
    """ "longer names are truncated to 127 bytes" (r_CREATE_TABLE_NEW.html)"""
    warehouse.sql(f"CREATE TABLE {'y' * 140} (a int)")
    assert warehouse.rows(f"SELECT tablename FROM pg_tables WHERE tablename = '{'y' * 127}'") == [["y" * 127]]


def test_names_that_differ_only_late_are_different(warehouse: Warehouse) -> None:
    first, second = "z" * 100 + "1", "z" * 100 + "2"
    warehouse.sql(f"CREATE TABLE {first} (a int)", f"CREATE TABLE {second} (a int)", f"INSERT INTO {first} VALUES (1)")
    assert warehouse.rows(f"SELECT COUNT(*) FROM {second}") == [["0"]]


@pytest.mark.parametrize(
    ("literal", "means"),
    [
        (r"'it\'s'", "it's"),
        ("'it''s'", "it's"),
        (r"'a\\b'", r"a\b"),
        ("'100%'", "100%"),
        ("'--'", "--"),
        ("'a;b'", "a;b"),
    ],
)
def test_a_backslash_escapes_in_a_literal(warehouse: Warehouse, literal: str, means: str) -> None:
    assert warehouse.rows(f"SELECT {literal}::varchar(20)") == [[means]]
