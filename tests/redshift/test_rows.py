"""Reading and changing rows, views, sessions' settings.

https://docs.aws.amazon.com/redshift/latest/dg/c_SQL_commands.html
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from aws.redshift_data_world import Warehouse


@pytest.mark.parametrize(
    ("sql", "means"),
    [
        ("SELECT NVL(NULL, 'b')", "b"),
        ("SELECT LISTAGG(a, '-') WITHIN GROUP (ORDER BY a DESC) FROM (SELECT 'x' AS a UNION ALL SELECT 'y')", "y-x"),
        ("SELECT DATEADD(day, 2, DATE '2026-01-30')::date", "2026-02-01"),
        ("SELECT DATEDIFF(day, DATE '2026-01-30', DATE '2026-02-01')", "2"),
        ("SELECT DECODE(2, 1, 'one', 2, 'two', 'many')", "two"),
        ("SELECT LEN('abc')", "3"),
        ("SELECT STRPOS('abc', 'c')", "3"),
        ("SELECT 5 % 3", "2"),
        ("SELECT TOP 1 a FROM (SELECT 1 AS a UNION ALL SELECT 2) ORDER BY a", "1"),
        ("SELECT GETDATE() > DATE '2020-01-01'", "t"),
        ("SELECT '{\"a\": 1}'::super", '{"a": 1}'),
        ("WITH x AS (SELECT 3 AS a) SELECT a FROM x", "3"),
        ("SELECT current_database()", "dev"),
    ],
)
def test_redshifts_functions(warehouse: Warehouse, sql: str, means: str) -> None:
    assert warehouse.rows(sql)[0] == [means]


def test_update_delete_and_merge(warehouse: Warehouse) -> None:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_MERGE.html"""
    warehouse.sql(
        "CREATE TABLE stock (id int, n int)", "CREATE TABLE came (id int, n int)",
        "INSERT INTO stock VALUES (1, 1), (2, 2), (3, 3)", "INSERT INTO came VALUES (2, 20), (4, 40)",
        "UPDATE stock SET n = stock.n + came.n FROM came WHERE came.id = stock.id", "DELETE FROM stock WHERE id = 3",
        "MERGE INTO stock USING came ON stock.id = came.id WHEN MATCHED THEN UPDATE SET n = 0"
        " WHEN NOT MATCHED THEN INSERT (id, n) VALUES (came.id, came.n)",
    )  # fmt: skip
    assert warehouse.rows("SELECT id, n FROM stock ORDER BY id") == [["1", "1"], ["2", "0"], ["4", "40"]]


def test_a_copy_of_a_table_by_insert_and_rename(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE old (a varchar(5), b int IDENTITY(10, 5))", "INSERT INTO old (a) VALUES ('1'), ('2')")
    described = warehouse.batch(
        "CREATE TABLE shadow (a bigint, b int)",
        "INSERT INTO shadow (a, b) SELECT CAST(a AS bigint), b FROM old",
        "DROP TABLE old RESTRICT",
        "ALTER TABLE shadow RENAME TO old",
    )
    assert described["Status"] == "FINISHED"
    assert warehouse.rows("SELECT a, b FROM old ORDER BY a") == [["1", "10"], ["2", "15"]]


def test_views_read_with_their_owners_rights(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE hidden (a int, b int)", "CREATE VIEW shown AS SELECT a FROM hidden",
                  "CREATE USER viewer PASSWORD DISABLE", "GRANT SELECT ON shown TO viewer")  # fmt: skip
    assert warehouse.run("SELECT * FROM shown", DbUser="viewer")["Status"] == "FINISHED"
    assert "permission denied" in warehouse.error("SELECT * FROM hidden", DbUser="viewer")
    assert "other objects depend on it" in warehouse.error("ALTER TABLE hidden DROP COLUMN a")
    warehouse.sql("DROP VIEW shown")


def test_a_transaction_sees_one_snapshot_and_conflicts_fail(warehouse: Warehouse) -> None:
    """ "ERROR: 1023 DETAIL: Serializable isolation violation on table" (c_serial_isolation.html): the second of two
    writers of one row, which began before the first committed, is refused."""
    warehouse.sql("CREATE TABLE fought (a int)", "INSERT INTO fought VALUES (1)", "CREATE TABLE few_rows (a int)")
    warehouse.sql("INSERT INTO few_rows VALUES (1), (2), (3), (4), (5)")
    slow = "(SELECT COUNT(*) FROM few_rows a, few_rows b, few_rows c, few_rows d, few_rows e, few_rows f, few_rows g)"

    def write(_: int) -> str:
        described = warehouse.batch(f"SELECT COUNT(*) FROM {slow} x", f"UPDATE fought SET a = a + {slow}")
        error: str = described.get("Error", "")
        return error.partition("1023")[1]

    met = [""]
    with ThreadPoolExecutor(2) as pool:
        for _ in range(10):  # on a busy machine one may be done before the other begins
            met = sorted(pool.map(write, range(2)))
            if met != ["", ""]:
                break
    assert met == ["", "1023"]


def test_the_search_path_can_be_set_in_a_batch(warehouse: Warehouse) -> None:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_search_path.html"""
    described = warehouse.batch(
        "CREATE SCHEMA pathed", "SET search_path TO pathed, public", "CREATE TABLE here (a int)"
    )
    assert described["Status"] == "FINISHED"
    assert warehouse.rows("SELECT schemaname FROM pg_tables WHERE tablename = 'here'") == [["pathed"]]


def test_a_lock_is_held_to_the_end_of_a_block(warehouse: Warehouse) -> None:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_LOCK.html"""
    warehouse.sql("CREATE TABLE locked (a int)")
    described = warehouse.batch("BEGIN", "LOCK TABLE locked", "INSERT INTO locked VALUES (1)", "END")
    assert described["Status"] == "FINISHED" and warehouse.rows("SELECT a FROM locked") == [["1"]]
