"""Grants: shown as given, and enforced.

https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
https://docs.aws.amazon.com/redshift/latest/dg/r_REVOKE.html
https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_DEFAULT_PRIVILEGES.html
"""

import pytest

from aws.redshift_data_world import Warehouse


@pytest.fixture(scope="module")
def clinic(warehouse: Warehouse) -> Warehouse:
    warehouse.sql(
        "CREATE SCHEMA clinic", "CREATE TABLE clinic.visits (id int, note varchar(9))",
        "CREATE TABLE clinic.staff (id int)", "CREATE VIEW clinic.ids AS SELECT id FROM clinic.visits",
        "CREATE USER dora PASSWORD DISABLE", "CREATE USER emil PASSWORD DISABLE", "CREATE ROLE reader",
        "CREATE GROUP desk WITH USER emil", "GRANT ROLE reader TO dora",
        "GRANT USAGE ON SCHEMA clinic TO ROLE reader, GROUP desk",
    )  # fmt: skip
    return warehouse


def granted(warehouse: Warehouse, relation: str) -> set[tuple[str | None, ...]]:
    rows = warehouse.rows(
        "SELECT privilege_type, identity_name, identity_type, admin_option FROM svv_relation_privileges"
        f" WHERE namespace_name = 'clinic' AND relation_name = '{relation}' AND identity_name <> 'admin'"
    )
    return {tuple(row) for row in rows}


def test_a_grant_is_shown_and_taken_back(clinic: Warehouse) -> None:
    clinic.sql("GRANT SELECT, INSERT ON TABLE clinic.visits TO ROLE reader, GROUP desk, PUBLIC")
    both = {(p, i, t, "f") for p in ("SELECT", "INSERT")
            for i, t in [("reader", "role"), ("desk", "group"), ("public", "public")]}  # fmt: skip
    assert granted(clinic, "visits") == both
    clinic.sql("REVOKE INSERT ON clinic.visits FROM ROLE reader, PUBLIC", "REVOKE ALL ON clinic.visits FROM GROUP desk")
    assert granted(clinic, "visits") == {("SELECT", "reader", "role", "f"), ("SELECT", "public", "public", "f")}
    clinic.sql("REVOKE ALL PRIVILEGES ON clinic.visits FROM ROLE reader, PUBLIC")
    assert granted(clinic, "visits") == set()


def test_all_is_every_privilege_that_redshift_has(clinic: Warehouse) -> None:
    clinic.sql("GRANT ALL ON clinic.staff TO dora WITH GRANT OPTION")
    names = ("SELECT", "INSERT", "UPDATE", "DELETE", "REFERENCES", "DROP", "ALTER", "TRUNCATE")
    assert granted(clinic, "staff") == {(name, "dora", "user", "t") for name in names}
    clinic.sql("REVOKE GRANT OPTION FOR ALL ON clinic.staff FROM dora")
    assert granted(clinic, "staff") == {(name, "dora", "user", "f") for name in names}
    clinic.sql("REVOKE ALL ON clinic.staff FROM dora")


def test_all_tables_in_schema_are_those_of_now(clinic: Warehouse) -> None:
    clinic.sql("GRANT SELECT ON ALL TABLES IN SCHEMA clinic TO ROLE reader", "CREATE TABLE clinic.later (a int)")
    held = [granted(clinic, name) for name in ("visits", "staff", "ids", "later")]
    assert held == [{("SELECT", "reader", "role", "f")}] * 3 + [set()]
    clinic.sql("REVOKE SELECT ON ALL TABLES IN SCHEMA clinic FROM ROLE reader", "DROP TABLE clinic.later")


def test_columns_have_privileges_of_their_own(clinic: Warehouse) -> None:
    clinic.sql("GRANT SELECT (id), UPDATE (note) ON clinic.visits TO ROLE reader")
    assert clinic.rows(
        "SELECT column_name, privilege_type, identity_name FROM svv_column_privileges"
        " WHERE relation_name = 'visits' ORDER BY 1"
    ) == [["id", "SELECT", "reader"], ["note", "UPDATE", "reader"]]
    assert clinic.run("SELECT id FROM clinic.visits", DbUser="dora")["Status"] == "FINISHED"
    assert "permission denied" in clinic.error("SELECT note FROM clinic.visits", DbUser="dora")
    clinic.sql("REVOKE ALL (id, note) ON clinic.visits FROM ROLE reader")
    assert clinic.rows("SELECT COUNT(*) FROM svv_column_privileges WHERE relation_name = 'visits'") == [["0"]]


def test_privileges_reach_users_through_roles_groups_and_roles_of_roles(clinic: Warehouse) -> None:
    clinic.sql("CREATE ROLE inner_role", "GRANT SELECT ON clinic.staff TO ROLE inner_role, GROUP desk")
    assert "permission denied" in clinic.error("SELECT * FROM clinic.staff", DbUser="dora")
    clinic.sql("GRANT ROLE inner_role TO ROLE reader")
    for user in ("dora", "emil"):
        assert clinic.run("SELECT * FROM clinic.staff", DbUser=user)["Status"] == "FINISHED"
    clinic.sql("REVOKE ROLE inner_role FROM ROLE reader", "ALTER GROUP desk DROP USER emil")
    for user in ("dora", "emil"):
        assert "permission denied" in clinic.error("SELECT * FROM clinic.staff", DbUser=user)
    clinic.sql("ALTER GROUP desk ADD USER emil", "REVOKE ALL ON clinic.staff FROM ROLE inner_role, GROUP desk")


def test_drop_alter_and_truncate_can_be_granted(clinic: Warehouse) -> None:
    clinic.sql("CREATE TABLE clinic.lent (a int)")
    changes = ["ALTER TABLE clinic.lent ADD COLUMN b int", "TRUNCATE clinic.lent", "DROP TABLE clinic.lent"]
    for change, privilege in zip(changes, ("ALTER", "TRUNCATE", "DROP"), strict=True):
        assert clinic.run(change, DbUser="dora")["Status"] == "FAILED"
        clinic.sql(f"GRANT {privilege} ON clinic.lent TO ROLE reader")
        assert clinic.run(change, DbUser="dora")["Status"] == "FINISHED"


def test_public_may_create_in_the_public_schema_until_revoked(clinic: Warehouse) -> None:
    """ "By default, all users have CREATE and USAGE privileges on the PUBLIC schema." """
    shown = (
        "SELECT privilege_type FROM svv_schema_privileges WHERE namespace_name = 'public' AND identity_type = 'public'"
    )
    assert clinic.rows(f"{shown} ORDER BY 1") == [["CREATE"], ["USAGE"]]
    clinic.finished("CREATE TABLE doras (a int)", DbUser="dora")
    clinic.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    assert clinic.rows(shown) == [["USAGE"]]
    assert "permission denied for schema public" in clinic.error("CREATE TABLE more (a int)", DbUser="dora")
    clinic.sql("GRANT CREATE ON SCHEMA public TO PUBLIC")


def test_default_privileges_hold_for_tables_made_later(clinic: Warehouse) -> None:
    change = "ALTER DEFAULT PRIVILEGES FOR USER admin IN SCHEMA clinic"
    clinic.sql(f"{change} GRANT SELECT, DROP ON TABLES TO ROLE reader, GROUP desk")
    shown = (
        "SELECT privilege_type, grantee_name, grantee_type, owner_name, object_type FROM svv_default_privileges"
        " WHERE schema_name = 'clinic' ORDER BY 1, 2"
    )
    assert clinic.rows(shown) == [
        ["DROP", "desk", "group", "admin", "RELATION"], ["DROP", "reader", "role", "admin", "RELATION"],
        ["SELECT", "desk", "group", "admin", "RELATION"], ["SELECT", "reader", "role", "admin", "RELATION"],
    ]  # fmt: skip
    clinic.sql("CREATE TABLE clinic.fresh (a int)", f"{change} REVOKE ALL ON TABLES FROM ROLE reader, GROUP desk")
    assert ("DROP", "reader", "role", "f") in granted(clinic, "fresh")
    assert clinic.rows(shown) == []


def test_only_who_may_grants(clinic: Warehouse) -> None:
    assert "permission denied" in clinic.error("GRANT SELECT ON clinic.visits TO emil", DbUser="dora")
    clinic.sql("GRANT SELECT ON clinic.visits TO dora WITH GRANT OPTION")
    clinic.finished("GRANT SELECT ON clinic.visits TO emil", DbUser="dora")
    clinic.sql("REVOKE SELECT ON clinic.visits FROM dora CASCADE")
    assert granted(clinic, "visits") == set()


def test_others_see_only_what_concerns_them(clinic: Warehouse) -> None:
    """ "Other users can only see identities they have access to or own." """
    clinic.sql("GRANT SELECT ON clinic.staff TO ROLE reader, GROUP desk")
    identifier = clinic.finished(
        "SELECT DISTINCT identity_name FROM svv_relation_privileges WHERE namespace_name = 'clinic'", DbUser="emil"
    )
    records = clinic.data.get_statement_result(Id=identifier)["Records"]
    assert records == [[{"stringValue": "desk"}]]
    clinic.sql("REVOKE SELECT ON clinic.staff FROM ROLE reader, GROUP desk")


@pytest.mark.parametrize(
    "sql",
    [
        "GRANT SELECT ON clinic.visits TO nobody",
        "GRANT ROLE reader TO nobody",
        "ALTER GROUP desk ADD USER nobody",
        "ALTER TABLE clinic.visits OWNER TO nobody",
        "CREATE SCHEMA x AUTHORIZATION nobody",
    ],
)
def test_a_user_that_does_not_exist_is_named(clinic: Warehouse, sql: str) -> None:
    assert clinic.error(sql) == 'ERROR: user "nobody" does not exist'
