"""Who may name which IAM role in COPY and UNLOAD.

https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT-usage-notes.html, "granting the ASSUMEROLE permission"
"""

from collections.abc import Iterator

import pytest

from aws.conftest import Emulator
from aws.redshift_data_world import Warehouse
from redshift.lake import IAM, LOADER, Lake

SEEN = "SELECT iam_arn, command_type, identity_name, identity_type FROM svv_iam_privileges"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    emulator = Emulator(tmp_path_factory.mktemp("emulator"))
    lake = Lake(emulator)
    lake.put("rows/1", "1|a\n")
    lake.warehouse.sql("CREATE TABLE ar (id int, note varchar(9))", "CREATE ROLE ar_loader")
    for user in ("ar_one", "ar_two"):
        lake.warehouse.sql(f"CREATE USER {user} PASSWORD DISABLE", f"GRANT ALL ON ar TO {user}")
    yield lake
    assert emulator.stop() == 0


def load(warehouse: Warehouse, user: str) -> str:
    """The error, or nothing."""
    return str(warehouse.run(f"COPY ar FROM 's3://lake/rows/' {IAM} DELIMITER '|'", DbUser=user).get("Error", ""))


def test_at_first_everybody_may_assume_every_role(lake: Lake) -> None:
    """Sample rows of r_SVV_IAM_PRIVILEGES.html: default-aws-iam-role | COPY | 0 | public | public"""
    assert ["default-aws-iam-role", "COPY", "public", "public"] in lake.warehouse.rows(SEEN)
    assert len(lake.warehouse.rows(f"{SEEN} WHERE identity_type = 'public'")) == 4
    assert load(lake.warehouse, "ar_one") == ""


def test_after_the_revoke_only_those_who_are_granted_a_role_may(lake: Lake) -> None:
    """ "Run the following statement once on the cluster: revoke assumerole on all from public for all" and then "grant
    the ASSUMEROLE permission to users, roles, and groups for the appropriate commands"."""
    warehouse = lake.warehouse
    warehouse.sql("revoke assumerole on all from public for all")
    assert warehouse.rows(SEEN) == []
    refused = f'User ar_one does not have ASSUMEROLE permission on IAM role "{LOADER}" for COPY'
    assert load(warehouse, "ar_one") == f"ERROR: {refused}"
    warehouse.sql("GRANT ROLE ar_loader TO ar_one", f"GRANT ASSUMEROLE ON '{LOADER}' TO ROLE ar_loader FOR COPY")
    assert warehouse.rows(SEEN) == [[LOADER, "COPY", "ar_loader", "role"]]
    assert load(warehouse, "ar_one") == ""
    assert "does not have ASSUMEROLE" in load(warehouse, "ar_two")
    unload = f"UNLOAD ('SELECT 1') TO 's3://lake/out/' {IAM}"
    assert "for UNLOAD" in warehouse.error(unload, DbUser="ar_one")


def test_a_superuser_always_retains_it(lake: Lake) -> None:
    """ "A superuser always retains the ASSUMEROLE permission." """
    lake.warehouse.sql("revoke assumerole on all from public for all")
    assert load(lake.warehouse, "admin") == ""


def test_only_a_superuser_grants_and_revokes_it(lake: Lake) -> None:
    """ "Only a database superuser can grant or revoke the ASSUMEROLE permission for users, roles, and groups." """
    for sql in (f"GRANT ASSUMEROLE ON '{LOADER}' TO ar_one FOR ALL", "REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL"):
        assert "must be superuser" in lake.warehouse.error(sql, DbUser="ar_one")


def test_it_holds_in_every_database_of_the_cluster(lake: Lake) -> None:
    warehouse = lake.warehouse
    warehouse.sql(f"GRANT ASSUMEROLE ON '{LOADER}' TO ar_two FOR COPY, UNLOAD", "CREATE DATABASE ar_other")
    seen = warehouse.sql(f"{SEEN} WHERE identity_name = 'ar_two' ORDER BY 2", database="ar_other")
    assert seen == [[LOADER, "COPY", "ar_two", "user"], [LOADER, "UNLOAD", "ar_two", "user"]]
    warehouse.sql("revoke assumerole on all from ar_two for all")
    assert warehouse.rows(f"{SEEN} WHERE identity_name = 'ar_two'") == []


def test_a_role_that_holds_it_is_not_dropped(lake: Lake) -> None:
    """As with any other privilege (r_DROP_ROLE.html)."""
    warehouse = lake.warehouse
    warehouse.sql("CREATE ROLE ar_gone", f"GRANT ASSUMEROLE ON '{LOADER}' TO ROLE ar_gone FOR COPY")
    assert "has a privilege on some object" in warehouse.error("DROP ROLE ar_gone FORCE")
    warehouse.sql("REVOKE ASSUMEROLE ON ALL FROM ROLE ar_gone FOR ALL", "DROP ROLE ar_gone FORCE")
