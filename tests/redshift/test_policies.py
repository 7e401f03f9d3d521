"""Row-level security and masking.

https://docs.aws.amazon.com/redshift/latest/dg/t_rls.html
https://docs.aws.amazon.com/redshift/latest/dg/t_ddm.html
"""

import pytest

from aws.redshift_data_world import Warehouse


@pytest.fixture(scope="module")
def ward(warehouse: Warehouse) -> Warehouse:
    warehouse.sql(
        "CREATE SCHEMA ward", "CREATE TABLE ward.cases (id int, unit varchar(9), ssn varchar(11))",
        "INSERT INTO ward.cases VALUES (1, 'a', '111'), (2, 'b', '222'), (3, 'a', '333')",
        "CREATE ROLE unit_a", "CREATE ROLE early", "CREATE USER rosa PASSWORD DISABLE",
        "CREATE USER saul PASSWORD DISABLE", "GRANT ROLE unit_a TO rosa",
        "GRANT USAGE ON SCHEMA ward TO PUBLIC", "GRANT SELECT, INSERT, DELETE ON ward.cases TO PUBLIC",
        "CREATE RLS POLICY only_a WITH (unit varchar(9)) AS t USING (t.unit = 'a')",
        "CREATE RLS POLICY only_early WITH (id int) USING (id < 3)",
    )  # fmt: skip
    return warehouse


def seen(warehouse: Warehouse, user: str) -> list[int]:
    identifier = warehouse.finished("SELECT id FROM ward.cases ORDER BY id", DbUser=user)
    return [record[0]["longValue"] for record in warehouse.data.get_statement_result(Id=identifier)["Records"]]


def test_rows_are_those_that_every_attached_policy_allows(ward: Warehouse) -> None:
    """ "When there isn't any policy granting you access to the table, you can't see any rows"; several policies are
    combined "with AND"; "RLS policies that are attached to superusers ... are ignored"."""
    ward.sql("ATTACH RLS POLICY only_a ON TABLE ward.cases TO ROLE unit_a")
    assert seen(ward, "saul") == [1, 2, 3]  # not yet turned on
    ward.sql("ALTER TABLE ward.cases ROW LEVEL SECURITY ON")
    assert (seen(ward, "rosa"), seen(ward, "saul"), seen(ward, "admin")) == ([1, 3], [], [1, 2, 3])
    ward.sql("ATTACH RLS POLICY only_early ON ward.cases TO ROLE early", "GRANT ROLE early TO rosa")
    assert seen(ward, "rosa") == [1]
    ward.sql("DETACH RLS POLICY only_early ON ward.cases FROM ROLE early")
    assert seen(ward, "rosa") == [1, 3]
    assert ward.run("INSERT INTO ward.cases VALUES (4, 'b', '4')", DbUser="rosa")["Status"] == "FINISHED"
    assert ward.run("DELETE FROM ward.cases", DbUser="saul")["ResultRows"] == 0


def test_policies_and_what_they_are_attached_to_are_shown(ward: Warehouse) -> None:
    assert ward.rows(
        "SELECT poldb, polname, polalias, polatts, polqual, polmodifiedby FROM svv_rls_policy WHERE polname = 'only_a'"
    ) == [["dev", "only_a", "t", '[{"type": "character varying(9)", "colname": "unit"}]', "t.unit = 'a'", "admin"]]
    assert ward.rows(
        "SELECT relschema, relname, polname, grantee, granteekind, is_pol_on, is_rls_on FROM svv_rls_attached_policy"
    ) == [["ward", "cases", "only_a", "unit_a", "role", "t", "t"]]
    assert ward.rows("SELECT relschema, relname, is_rls_on FROM svv_rls_relation") == [["ward", "cases", "t"]]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("DROP RLS POLICY only_a", "attached"),
        ("ATTACH RLS POLICY only_a ON ward.cases TO ROLE unit_a", "already attached"),
        ("DETACH RLS POLICY only_a ON ward.cases FROM saul", "not attached"),
        ("CREATE RLS POLICY only_a USING (TRUE)", "already exists"),
        ("ATTACH RLS POLICY absent ON ward.cases TO PUBLIC", "does not exist"),
        ("DROP ROLE unit_a FORCE", "has a privilege"),
        ("DROP MASKING POLICY absent", "does not exist"),
    ],
)
def test_what_policies_refuse(ward: Warehouse, sql: str, says: str) -> None:
    assert says in ward.error(sql)


def test_only_security_administrators_deal_with_policies(ward: Warehouse) -> None:
    """ "Superusers and users or roles that have the sys:secadmin role" """
    assert "sys:secadmin" in ward.error("CREATE RLS POLICY mine USING (TRUE)", DbUser="saul")
    identifier = ward.finished("SELECT polname FROM svv_rls_policy", DbUser="saul")
    assert ward.data.get_statement_result(Id=identifier)["Records"] == []
    ward.sql("GRANT ROLE sys:secadmin TO saul")
    ward.finished("CREATE RLS POLICY mine USING (TRUE)", DbUser="saul")
    assert ward.rows("SELECT polmodifiedby FROM svv_rls_policy WHERE polname = 'mine'") == [["saul"]]
    ward.sql("DROP RLS POLICY mine", "REVOKE ROLE sys:secadmin FROM saul")


def test_masking_policies_are_recorded(ward: Warehouse) -> None:
    ward.sql(
        "CREATE MASKING POLICY stars WITH (ssn varchar(11)) USING ('***'::varchar(11))",
        "ATTACH MASKING POLICY stars ON ward.cases (ssn) TO ROLE unit_a PRIORITY 10",
    )
    assert ward.rows("SELECT policy_database, policy_name, policy_expression FROM svv_masking_policy") == [
        ["dev", "stars", "'***'::varchar(11)"]
    ]
    attached = "SELECT schema_name, table_name, output_columns, grantee, priority FROM svv_attached_masking_policy"
    assert ward.rows(attached) == [["ward", "cases", '["ssn"]', "unit_a", "10"]]
    assert "attached" in ward.error("DROP MASKING POLICY stars")
    for further in ("ROLE early PRIORITY 10", "ROLE unit_a PRIORITY 20"):
        assert "already attached" in ward.error(f"ATTACH MASKING POLICY stars ON ward.cases (ssn) TO {further}")
    ward.sql("DETACH MASKING POLICY stars ON ward.cases (ssn) FROM ROLE unit_a", "DROP MASKING POLICY stars")
    assert ward.rows(attached) == []
