"""Two tenants in one cluster: each in a database of its own, and nothing of one is the other's."""

from collections.abc import Iterator

import pytest

from e2e.kinds import Object
from e2e.shared_warehouse import LENDING, Lent, lending, tenant
from e2e.waiting import until
from e2e.world import World

ONE, OTHER = "sharing-one", "sharing-other"
DATABASES = {ONE: "sharing_one", OTHER: "sharing_other"}
SLOW = 180  # a cluster takes its time, and everything waits for it
PUBLIC = "SELECT COUNT(*) FROM svv_database_privileges WHERE database_name = '{}' AND identity_type = 'public'"


@pytest.fixture(scope="module")
def shared(shared_world: World) -> Iterator[Lent]:
    shared_world.cluster.apply(lending(), tenant(ONE), tenant(OTHER))
    shared_world.cluster.wait_ready("Environment", LENDING, timeout=SLOW)
    for name in (ONE, OTHER):
        shared_world.cluster.wait_ready("ClientTenant", name, timeout=SLOW)
    lent = Lent.of(shared_world)
    yield lent
    for name in (ONE, OTHER):
        shared_world.cluster.delete("ClientTenant", name)
        shared_world.cluster.wait_gone("ClientTenant", name, timeout=SLOW)
    shared_world.cluster.delete("Environment", LENDING)
    shared_world.cluster.wait_gone("Environment", LENDING, timeout=SLOW)


def test_each_has_its_database_and_schema_and_the_cluster_has_their_roles(world: World, shared: Lent) -> None:
    assert set(DATABASES.values()) <= shared.databases()
    for name in (ONE, OTHER):
        world.cluster.wait_ready("RedshiftSchema", "claims", namespace=name)
    (cluster,) = shared.aws.redshift.describe_clusters(ClusterIdentifier=shared.cluster)["Clusters"]
    assert {role["IamRoleArn"] for role in cluster["IamRoles"]} == {shared.role(ONE), shared.role(OTHER)}
    assert world.cluster.get("Environment", LENDING)["status"]["warehouseTenants"] == [ONE, OTHER]


def test_a_tenants_user_neither_reads_the_others_rows_nor_makes_anything(world: World, shared: Lent) -> None:
    assert shared.error(OTHER, "SELECT * FROM claims.paid", DATABASES[OTHER]) == ""
    assert "permission denied" in shared.error(OTHER, "SELECT * FROM claims.paid", DATABASES[ONE])
    for database in (*DATABASES.values(), "cloister_home"):
        assert "permission denied" in shared.error(OTHER, "CREATE TABLE public.mine (id int)", database)
    assert "permission denied" in shared.error(OTHER, "CREATE TEMP TABLE mine (id int)", DATABASES[ONE])
    assert shared.error(OTHER, "CREATE TEMP TABLE mine (id int)", DATABASES[OTHER]) == ""


def test_a_tenants_user_loads_with_its_own_role_and_not_with_the_others(world: World, shared: Lent) -> None:
    bucket = world.cluster.get("IngestBucket", "landing", namespace=ONE)["status"]["bucketName"]
    shared.aws.as_role(f"cloister-{ONE}-uploader").s3.put_object(Bucket=bucket, Key="rows", Body=b"1\n")

    def copy(role: str, of: str) -> str:
        sql = f"COPY claims.paid FROM 's3://{bucket}/rows' IAM_ROLE '{shared.role(role)}'"
        return shared.error(of, sql, DATABASES[of])

    assert "does not have ASSUMEROLE permission" in copy(ONE, OTHER)
    assert copy(ONE, ONE) == ""
    assert shared.sql("SELECT id FROM claims.paid", database=DATABASES[ONE]) == [["1"]]


@pytest.mark.parametrize(
    ("by_hand", "told_by", "look", "right"),
    [
        ("GRANT TEMP ON DATABASE sharing_one TO PUBLIC", ONE, PUBLIC.format("sharing_one"), "0"),
        (
            "ALTER DATABASE sharing_one OWNER TO stranger",
            ONE,
            "SELECT COUNT(*) FROM pg_database d JOIN pg_user u ON u.usesysid = d.datdba WHERE usename = 'stranger'",
            "0",
        ),
        (
            "GRANT ASSUMEROLE ON ALL TO PUBLIC FOR ALL",
            LENDING,
            "SELECT COUNT(*) FROM svv_iam_privileges WHERE identity_type = 'public'",
            "0",
        ),
        (
            "GRANT ASSUMEROLE ON 'ROLE' TO stranger FOR COPY",
            ONE,
            "SELECT COUNT(*) FROM svv_iam_privileges WHERE identity_name = 'stranger'",
            "0",
        ),
        (
            "GRANT CREATE ON SCHEMA public TO PUBLIC",
            ONE,
            "SELECT has_schema_privilege('stranger', 'public', 'CREATE')",
            "f",
        ),
    ],
)
def test_what_somebody_changes_by_hand_is_put_right_and_recorded(
    world: World, shared: Lent, by_hand: str, told_by: str, look: str, right: str
) -> None:
    if shared.sql("SELECT usename FROM pg_user WHERE usename = 'stranger'") == []:
        shared.sql("CREATE USER stranger PASSWORD DISABLE")
    database = DATABASES[ONE] if "SCHEMA" in by_hand else "cloister_home"
    shared.sql(by_hand.replace("ROLE'", f"{shared.role(ONE)}'"), database=database)
    until("it is put right", lambda: shared.sql(look, database=database), lambda rows: rows == [[right]], timeout=SLOW)
    kind = "Environment" if told_by == LENDING else "ClientTenant"

    def tells(found: Object | None) -> bool:
        drift = (found or {}).get("status", {}).get("recentDrift", [])
        return any(each["resource"].startswith("redshift-database/") for each in drift)

    world.cluster.wait(kind, told_by, tells)


def test_a_database_of_that_name_that_is_not_ours_is_left_alone_until_it_is_adopted(world: World, shared: Lent) -> None:
    name, database = "sharing-late", "sharing_late"
    shared.sql(f"CREATE DATABASE {database}")
    shared.sql("CREATE SCHEMA theirs", database=database)
    manifest = tenant(name, schemas=[])
    world.cluster.apply(manifest)

    def is_told(found: Object | None) -> bool:
        return "is not ours" in (found or {}).get("status", {}).get("message", "")

    found = world.cluster.wait("ClientTenant", name, is_told, timeout=SLOW)
    assert found is not None
    identifier = f"redshift-database/{shared.cluster}/{database}"
    assert f"add {identifier} to spec.adopt or remove it" in found["status"]["message"]
    world.cluster.apply(tenant(name, schemas=[], adopt=[identifier]))
    world.cluster.wait_ready("ClientTenant", name, timeout=SLOW)

    # Deleted, it goes only when nothing else is in it.
    world.cluster.apply(tenant(name, schemas=[], adopt=[identifier], deletionPolicy="Delete"))
    world.cluster.wait_ready("ClientTenant", name, timeout=SLOW)
    world.cluster.delete("ClientTenant", name)

    def says_why(found: Object | None) -> bool:
        return "still holds schema theirs" in (found or {}).get("status", {}).get("message", "")

    world.cluster.wait("ClientTenant", name, says_why, timeout=SLOW)
    assert database in shared.databases()
    shared.sql("DROP SCHEMA theirs", database=database)
    world.cluster.wait_gone("ClientTenant", name, timeout=SLOW)
    assert database not in shared.databases()


def test_with_retain_a_tenant_that_leaves_leaves_its_database(world: World, shared: Lent) -> None:
    name, database = "sharing-brief", "sharing_brief"
    world.onboard(tenant(name), timeout=SLOW)
    world.cluster.delete("ClientTenant", name)
    world.cluster.wait_gone("ClientTenant", name, timeout=SLOW)
    assert database in shared.databases()
    assert shared.sql("SELECT COUNT(*) FROM claims.paid", database=database) == [["0"]]
    until(
        "the cluster no longer has its role",
        lambda: world.cluster.get("Environment", LENDING)["status"]["warehouseTenants"],
        lambda names: names == [ONE, OTHER],
        timeout=SLOW,
    )
