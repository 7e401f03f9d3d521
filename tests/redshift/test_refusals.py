"""What Redshift refuses, in the words of its documentation where it has words for it."""

import pytest

from aws.redshift_data_world import Warehouse

BLOCK = "cannot run inside a transaction block"


@pytest.mark.parametrize(
    ("given", "owned"),
    [
        ("CREATE SCHEMA du_s AUTHORIZATION du_1", True),
        ("GRANT SELECT ON du_t TO du_2", False),
        ("GRANT SELECT (a) ON du_t TO du_3", False),
        ("GRANT USAGE ON SCHEMA du TO du_4", False),
        ("GRANT CREATE ON DATABASE dev TO du_5", False),
    ],
)
def test_a_user_who_owns_or_may_do_something_cannot_be_dropped(warehouse: Warehouse, given: str, owned: bool) -> None:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_USER.html"""
    user = given.rpartition(" ")[2]
    warehouse.sql("CREATE SCHEMA IF NOT EXISTS du", "CREATE TABLE IF NOT EXISTS du_t (a int)")
    warehouse.sql(f"CREATE USER {user} PASSWORD DISABLE", given)
    why = "the user owns some object" if owned else "the user has a privilege on some object"
    assert warehouse.error(f"DROP USER {user}") == f'ERROR: user "{user}" can\'t be dropped because {why}'
    undone = "DROP SCHEMA du_s" if owned else given.replace("GRANT", "REVOKE").replace(" TO ", " FROM ")
    warehouse.sql(undone, f"DROP USER {user}")
    assert warehouse.rows(f"SELECT usename FROM pg_user WHERE usename = '{user}'") == []


def test_a_member_of_groups_and_roles_can_be_dropped(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE USER du_6 PASSWORD DISABLE", "CREATE GROUP du_g WITH USER du_6", "CREATE ROLE du_r")
    warehouse.sql("GRANT ROLE du_r TO du_6", "DROP USER du_6")
    assert warehouse.rows("SELECT grolist FROM pg_group WHERE groname = 'du_g'") == [[None]]


def test_a_group_with_a_privilege_cannot_be_dropped(warehouse: Warehouse) -> None:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_GROUP.html"""
    warehouse.sql("CREATE GROUP guests", "CREATE SCHEMA dg", "GRANT USAGE ON SCHEMA dg TO GROUP guests")
    message = 'ERROR: group "guests" can\'t be dropped because the group has a privilege on some object'
    assert warehouse.error("DROP GROUP guests") == message
    warehouse.sql("REVOKE ALL ON SCHEMA dg FROM GROUP guests", "DROP GROUP guests")


def test_a_role_that_is_assigned_cannot_be_dropped_unless_by_force(warehouse: Warehouse) -> None:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_ROLE.html, "Examples" """
    warehouse.sql("CREATE ROLE sample_role1", "CREATE ROLE sample_role2", "CREATE USER user1 PASSWORD DISABLE")
    warehouse.sql("GRANT ROLE sample_role1 TO user1")
    message = "ERROR: cannot drop this role since it has been granted on a user"
    assert warehouse.error("DROP ROLE sample_role1") == message
    warehouse.sql("REVOKE ROLE sample_role1 FROM user1", "GRANT ROLE sample_role1 TO ROLE sample_role2")
    message = "ERROR: cannot drop this role since it depends on another role"
    assert warehouse.error("DROP ROLE sample_role2") == message
    assert warehouse.error("DROP ROLE sample_role1") == message
    warehouse.sql("DROP ROLE sample_role2 FORCE", "DROP ROLE sample_role1", "DROP USER user1")


def test_a_role_is_not_called_like_a_user(warehouse: Warehouse) -> None:
    """ "The role name must be unique and can't be the same as any user names." (r_CREATE_ROLE.html)"""
    warehouse.sql("CREATE USER namesake PASSWORD DISABLE")
    assert warehouse.error("CREATE ROLE namesake") == 'ERROR: user "namesake" already exists'


def test_a_role_with_a_privilege_cannot_be_dropped_even_by_force(warehouse: Warehouse) -> None:
    """FORCE is "to remove all role assignments"; of privileges the page says nothing, so they stand in the way."""
    warehouse.sql("CREATE ROLE holder", "CREATE SCHEMA held", "GRANT USAGE ON SCHEMA held TO ROLE holder")
    message = 'ERROR: role "holder" can\'t be dropped because the role has a privilege on some object'
    assert warehouse.error("DROP ROLE holder FORCE") == message


@pytest.mark.parametrize(
    "sql", ["CREATE DATABASE tb_1", "DROP DATABASE tb_1", "ALTER TABLE tb ALTER COLUMN a TYPE varchar(9)"]
)
def test_what_no_transaction_block_may_hold(warehouse: Warehouse, sql: str) -> None:
    """ "You can't run CREATE DATABASE within a transaction block (BEGIN ... END)"; "You can't alter columns within a
    transaction block": r_CREATE_DATABASE.html, r_DROP_DATABASE.html, r_ALTER_TABLE.html"""
    warehouse.sql("CREATE TABLE IF NOT EXISTS tb (a varchar(5))")
    described = warehouse.batch("SELECT 1", sql)
    assert described["Status"] == "FAILED" and described["Error"].endswith(BLOCK)


def test_a_database_is_created_outside_of_a_block(warehouse: Warehouse) -> None:
    warehouse.finished("CREATE DATABASE sales")
    warehouse.sql("CREATE TABLE only_there (a int)", database="sales")
    assert warehouse.rows("SELECT tablename FROM pg_tables WHERE tablename = 'only_there'") == []
    warehouse.finished("DROP DATABASE sales")


def test_only_a_varchar_grows(warehouse: Warehouse) -> None:
    """ "This clause only supports altering the size of a VARCHAR data type", by the rules of
    https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html"""
    warehouse.sql(
        "CREATE TABLE grow (v varchar(5), i int, d varchar(5) DEFAULT 'x', e varchar(5) ENCODE bytedict,"
        " u varchar(5) UNIQUE, c char(5))",
        "INSERT INTO grow (v) VALUES ('12345')",
    )
    change = "ALTER TABLE grow ALTER COLUMN {} TYPE {}"
    warehouse.finished(change.format("v", "varchar(40)"))
    assert warehouse.rows("SELECT type FROM pg_table_def WHERE tablename = 'grow' AND \"column\" = 'v'") == [
        ["character varying(40)"]
    ]
    for column, kind in [("i", "bigint"), ("v", "int"), ("c", "char(9)"), ("i", "varchar(9)")]:
        assert "only the size of a VARCHAR can change" in warehouse.error(change.format(column, kind))
    for column, why in [("d", "default value"), ("e", "encoding bytedict"), ("u", "UNIQUE, PRIMARY KEY")]:
        assert why in warehouse.error(change.format(column, "varchar(40)"))
    assert warehouse.error(change.format("v", "varchar(3)")) == "ERROR: Value too long for character type"


def test_a_varchar_counts_bytes(warehouse: Warehouse) -> None:
    """ "CHAR and VARCHAR data types are defined in terms of bytes, not characters." (r_Character_types.html)"""
    warehouse.sql("CREATE TABLE bytes (a varchar(4))", "INSERT INTO bytes VALUES ('éé')")
    assert warehouse.error("INSERT INTO bytes VALUES ('ééé')") == "ERROR: Value too long for character type"
    warehouse.sql("ALTER TABLE bytes ALTER COLUMN a TYPE varchar(6)", "INSERT INTO bytes VALUES ('ééé')")
    assert warehouse.error("INSERT INTO bytes VALUES ('éééé')") == "ERROR: Value too long for character type"


def test_truncate_commits_its_transaction(warehouse: Warehouse) -> None:
    """ "The TRUNCATE command commits the transaction in which it is run; therefore, you can't roll back a TRUNCATE
    operation, and a TRUNCATE command may commit other operations when it commits itself." (r_TRUNCATE.html)"""
    warehouse.sql("CREATE TABLE emptied (a int)", "INSERT INTO emptied VALUES (1)", "CREATE TABLE beside (a int)")
    described = warehouse.batch("INSERT INTO beside VALUES (1)", "TRUNCATE emptied",
                                "INSERT INTO beside VALUES (2)", "SELECT * FROM absent")  # fmt: skip
    assert described["Status"] == "FAILED"
    assert warehouse.rows("SELECT a FROM emptied") == [] and warehouse.rows("SELECT a FROM beside") == [["1"]]


def test_keys_are_not_enforced(warehouse: Warehouse) -> None:
    """ "Uniqueness, primary key, and foreign key constraints are informational only; they are not enforced by Amazon
    Redshift when you populate a table." (t_Defining_constraints.html); NOT NULL is."""
    warehouse.sql(
        "CREATE TABLE parents (id int PRIMARY KEY, code int UNIQUE)",
        "CREATE TABLE children (id int REFERENCES parents (id))",
        "INSERT INTO parents VALUES (1, 1), (1, 1)",
        "INSERT INTO children VALUES (9)",
    )
    assert warehouse.rows("SELECT COUNT(*) FROM parents") == [["2"]]
    assert "not-null constraint" in warehouse.error("INSERT INTO parents VALUES (NULL, 1)")
    assert "other objects depend on it" in warehouse.error("DROP TABLE parents")


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("ALTER TABLE keyed DROP COLUMN d", "distkey or sortkey"),
        ("ALTER TABLE keyed DROP COLUMN s", "distkey or sortkey"),
        ("ALTER TABLE keyed ADD COLUMN x int NOT NULL", "non-null default"),
        ("ALTER TABLE keyed ADD PRIMARY KEY (n)", "must be NOT NULL"),
        ("ALTER TABLE keyed ALTER COLUMN n SET DEFAULT 1", "SET/DROP DEFAULT is not supported"),
        ("ALTER TABLE keyed ALTER INTERLEAVED SORTKEY (n)", "not supported"),
        ("ALTER TABLE keyed ALTER COLUMN n ENCODE az64", "already encoded"),
        ("CREATE TABLE k2 (a int DISTKEY) DISTSTYLE ALL", "DISTKEY cannot be specified"),
        ("CREATE TABLE k2 (a int) DISTSTYLE KEY", "requires a distribution key"),
        ("CREATE TABLE k2 (a varchar(70000))", "cannot exceed 65535"),
        ("CREATE TABLE k2 (a decimal(39))", "between 1 and 38"),
        ("CREATE SCHEMA public", "unacceptable schema name"),
        ("CREATE ROLE \"sys:mine\"", "reserved"),
        ("CREATE USER weak PASSWORD 'abc'", "Password must"),
        ("GRANT SELECT ON keyed TO PUBLIC WITH GRANT OPTION", "individual users"),
        ("GRANT USAGE ON keyed TO PUBLIC", "invalid privilege type USAGE"),
    ],
)  # fmt: skip
def test_further_refusals(warehouse: Warehouse, sql: str, says: str) -> None:
    """r_ALTER_TABLE.html, r_CREATE_TABLE_NEW.html, r_CREATE_USER.html, r_GRANT.html"""
    warehouse.sql("CREATE TABLE IF NOT EXISTS keyed (d int DISTKEY, s int SORTKEY, n int)")
    assert says in warehouse.error(sql)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELEC 1", 'syntax error at or near "SELEC"'),
        ("CREATE TABLE q (a int) WITH SUGAR", 'syntax error at or near "WITH"'),
        ("DROP TABLE keyed PLEASE", 'syntax error at or near "PLEASE"'),
        ("SELECT 1; SELECT 2", "multiple commands"),
        ("CREATE MATERIALIZED VIEW v AS SELECT 1", "not supported by this emulator"),
        ("CREATE TABLE q (a geometry)", "not supported by this emulator"),
        ("SELECT * FROM stv_sessions", "not supported by this emulator"),
        ("SELECT * FROM redshift.identities", 'schema "redshift" does not exist'),
        ("SELECT pg_read_file('/etc/passwd')", "does not exist"),
        ("VACUUM", "not supported by this emulator"),
        ("GRANT CREATE USER TO ROLE x", "not supported by this emulator"),
        ("SET nonsense TO 1", "unrecognized configuration parameter"),
    ],
)
def test_what_is_not_known_is_an_error(warehouse: Warehouse, sql: str, says: str) -> None:
    assert says in warehouse.error(sql)
