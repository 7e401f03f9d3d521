"""The catalog as Redshift shows it.

https://docs.aws.amazon.com/redshift/latest/dg/svv_views.html
https://docs.aws.amazon.com/redshift/latest/dg/c_intro_catalog_views.html
"""

import time

import pytest

from aws.redshift_data_world import Warehouse


@pytest.fixture(scope="module")
def shop(warehouse: Warehouse) -> Warehouse:
    warehouse.sql(
        "CREATE SCHEMA shop QUOTA 50 GB",
        """CREATE TABLE shop.sales (
            id bigint IDENTITY(1, 1),
            item varchar(32) DEFAULT 'x' ENCODE lzo NOT NULL,
            price decimal(12, 2) DEFAULT 0,
            day date DEFAULT CURRENT_DATE,
            made timestamp DEFAULT GETDATE(),
            paid boolean DEFAULT TRUE,
            extra super,
            CONSTRAINT sales_key PRIMARY KEY (id),
            UNIQUE (item, day)
        ) DISTSTYLE KEY DISTKEY (id) COMPOUND SORTKEY (day, item)""",
        "CREATE TABLE shop.lines (sale bigint REFERENCES shop.sales (id), n int) INTERLEAVED SORTKEY (sale, n)",
        "CREATE VIEW shop.cheap AS SELECT id, item FROM shop.sales WHERE price < 1",
        "COMMENT ON TABLE shop.sales IS 'it''s'",
    )
    return warehouse


def test_columns_with_their_types_defaults_and_keys(shop: Warehouse) -> None:
    assert shop.rows(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
        " format_encoding(CAST(a.attencodingtype AS INTEGER)), d.adsrc, a.attisdistkey, a.attsortkeyord"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " WHERE n.nspname = 'shop' AND c.relname = 'sales' AND a.attnum > 1 ORDER BY a.attnum"
    ) == [
        ["item", "character varying(32)", "t", "lzo", "'x'::character varying", "f", "2"],
        ["price", "numeric(12,2)", "f", "az64", "0", "f", "0"],
        ["day", "date", "f", "none", "('now'::text)::date", "f", "1"],
        ["made", "timestamp without time zone", "f", "az64", "getdate()", "f", "0"],
        ["paid", "boolean", "f", "none", "true", "f", "0"],
        ["extra", "super", "f", "zstd", None, "f", "0"],
    ]


def test_an_interleaved_key_alternates_its_sign(shop: Warehouse) -> None:
    """The second example of r_PG_TABLE_DEF.html: -1, 2, -3 ..."""
    assert shop.rows("SELECT column_name, sortkey FROM svv_redshift_columns WHERE table_name = 'lines' ORDER BY 1") == [
        ["n", "2"],
        ["sale", "-1"],
    ]


def test_relations_with_their_distribution(shop: Warehouse) -> None:
    """reldiststyle as in r_PG_CLASS_INFO.html; a table that says nothing is AUTO."""
    assert shop.rows(
        "SELECT c.relname, c.relkind, u.usename, c.reldiststyle FROM pg_class_info c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_user u ON u.usesysid = c.relowner"
        " WHERE n.nspname = 'shop' AND c.relkind IN ('r', 'v') ORDER BY 1"
    ) == [["cheap", "v", "admin", "0"], ["lines", "r", "admin", "9"], ["sales", "r", "admin", "1"]]
    shop.sql("ALTER TABLE shop.lines ALTER DISTSTYLE ALL")
    found = "SELECT diststyle, sortkey1, sortkey_num FROM svv_table_info WHERE \"table\" = '{}'"
    assert shop.rows(found.format("lines")) == [["ALL", "INTERLEAVED", "2"]]
    assert shop.rows(found.format("sales")) == [["KEY(id)", "day", "2"]]
    shop.sql("ALTER TABLE shop.lines ALTER SORTKEY NONE, ALTER DISTKEY n")
    assert shop.rows(found.format("lines")) == [["KEY(n)", None, "0"]]


def test_constraints_by_column_numbers(shop: Warehouse) -> None:
    assert shop.rows(
        "SELECT c.relname, k.conname, k.contype, array_to_string(k.conkey, ',') FROM pg_constraint k"
        " JOIN pg_class c ON c.oid = k.conrelid WHERE c.relname IN ('sales', 'lines') ORDER BY 2"
    ) == [
        ["lines", "lines_sale_fkey", "f", "1"],
        ["sales", "sales_item_day_key", "u", "2,4"],
        ["sales", "sales_key", "p", "1"],
    ]


def test_schemas_and_their_quotas(shop: Warehouse) -> None:
    state = "SELECT quota, disk_usage FROM svv_schema_quota_state WHERE schema_name = 'shop'"
    assert shop.rows(state) == [["51200", "0"]]
    shop.sql("ALTER SCHEMA shop QUOTA 300 MB")
    assert shop.rows(state) == [["300", "0"]]
    shop.sql("ALTER SCHEMA shop QUOTA UNLIMITED")
    assert shop.rows(state) == []
    assert shop.rows("SELECT schema_type FROM svv_all_schemas WHERE schema_name = 'shop'") == [["local"]]


def test_tables_and_views_of_all_kinds(shop: Warehouse) -> None:
    found = "SELECT database_name, table_name, table_type, remarks FROM svv_redshift_tables WHERE schema_name = 'shop'"
    assert shop.rows(f"{found} ORDER BY 2") == [
        ["dev", "cheap", "VIEW", None],
        ["dev", "lines", "TABLE", None],
        ["dev", "sales", "TABLE", "it's"],
    ]
    assert shop.rows(
        "SELECT data_type, character_maximum_length FROM svv_all_columns"
        " WHERE table_name = 'sales' AND column_name = 'item'"
    ) == [["character varying", "32"]]


def test_users_groups_roles_and_who_is_in_them(warehouse: Warehouse) -> None:
    warehouse.sql(
        "CREATE USER anna PASSWORD DISABLE CREATEDB CONNECTION LIMIT 3", "CREATE GROUP clerks", "CREATE ROLE base",
        "CREATE ROLE chief", "ALTER GROUP clerks ADD USER anna", "GRANT ROLE base TO ROLE chief",
        "GRANT ROLE chief TO anna WITH ADMIN OPTION",
    )  # fmt: skip
    assert warehouse.rows(
        "SELECT g.groname, u.usename FROM pg_group g, pg_user u"
        " WHERE u.usesysid = ANY(g.grolist) AND g.groname = 'clerks'"
    ) == [["clerks", "anna"]]
    assert warehouse.rows(
        "SELECT createdb, superuser, connection_limit FROM svv_user_info WHERE user_name = 'anna'"
    ) == [["t", "f", "3"]]
    assert warehouse.rows("SELECT role_name, role_owner FROM svv_roles WHERE role_name IN ('base', 'chief')") == [
        ["base", "admin"],
        ["chief", "admin"],
    ]
    assert warehouse.rows("SELECT granted_role_name FROM svv_role_grants WHERE role_name = 'chief'") == [["base"]]
    assert warehouse.rows("SELECT role_name, admin_option FROM svv_user_grants WHERE user_name = 'anna'") == [
        ["chief", "t"]
    ]


def test_a_group_may_be_called_like_a_user_or_a_role(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE USER same PASSWORD DISABLE", "CREATE GROUP same", "CREATE SCHEMA samely")
    warehouse.sql("GRANT USAGE ON SCHEMA samely TO same, GROUP same")
    assert warehouse.rows(
        "SELECT identity_type FROM svv_schema_privileges"
        " WHERE namespace_name = 'samely' AND identity_name = 'same' ORDER BY 1"
    ) == [["group"], ["user"]]


def test_the_system_has_its_own_users_and_roles(warehouse: Warehouse) -> None:
    assert warehouse.rows("SELECT usesuper FROM pg_user WHERE usename = 'rdsdb'") == [["t"]]
    found = warehouse.rows("SELECT role_name FROM svv_roles WHERE role_name LIKE 'sys:%' ORDER BY 1")
    assert [row[0] for row in found] == ["sys:dba", "sys:monitor", "sys:operator", "sys:secadmin", "sys:superuser"]


def test_the_emulators_own_schema_is_not_shown(warehouse: Warehouse) -> None:
    for sql in (
        "SELECT COUNT(*) FROM pg_namespace WHERE nspname = 'redshift'",
        "SELECT COUNT(*) FROM svv_all_tables WHERE schema_name = 'redshift'",
        "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'redshift'",
    ):
        assert warehouse.rows(sql) == [["0"]]


def test_the_catalog_of_300_tables_with_10_grants_each_is_quick(warehouse: Warehouse) -> None:
    """What bounds a steady pass of the operator; a second is twenty times what it takes."""
    roles = [f"wide_{number}" for number in range(5)]
    script = ["CREATE SCHEMA wide"] + [f"CREATE ROLE {role}" for role in roles]
    tables = [f"wide.t{number}" for number in range(300)]
    script += [f"CREATE TABLE {table} (a varchar(10), b int, c date) SORTKEY (b)" for table in tables]
    listed = ", ".join(f"ROLE {role}" for role in roles)
    script += [f"GRANT SELECT, INSERT ON {', '.join(tables)} TO {listed}"]
    warehouse.sql(*script)
    started = time.monotonic()
    grants = warehouse.rows(
        "SELECT COUNT(*) FROM svv_relation_privileges WHERE namespace_name = 'wide' AND identity_type = 'role'"
    )
    columns = warehouse.rows("SELECT COUNT(*) FROM svv_redshift_columns WHERE schema_name = 'wide'")
    assert grants == [["3000"]] and columns == [["900"]]
    assert time.monotonic() - started < 1
    warehouse.sql("DROP SCHEMA wide CASCADE")
