"""A tenant leaves a warehouse that it shares: its rows are unloaded, its database and roles go, the other's stay."""

from e2e.account import STAGING, Account
from e2e.shared_warehouse import LENDING, Lent, lending, tenant
from e2e.waiting import until
from e2e.world import World
from offboarding.leaver import Leaver
from offboarding.unloaded import Unloaded

GOES, STAYS = "sharer-goes", "sharer-stays"
SLOW = 120
ROLES = "SELECT role_name FROM svv_roles WHERE STRPOS(role_name, '{}.') = 1"


def test_one_of_two_leaves(world: World) -> None:
    world.cluster.apply(lending(), tenant(GOES), tenant(STAYS))
    for name in (GOES, STAYS):
        world.cluster.wait_ready("ClientTenant", name, timeout=SLOW)
        world.cluster.wait_ready("RedshiftSchema", "claims", name, timeout=SLOW)
    lent = Lent.of(world)
    for database in ("sharer_goes", "sharer_stays"):
        lent.sql("INSERT INTO claims.paid VALUES (1), (2), (3)", database=database)
    leaver = Leaver(world, GOES)
    leaver.ask(waitingDays=7)
    waiting = leaver.wait_for("Waiting")
    found = Unloaded.of(Account(world.endpoints, STAGING), f"cloister-{GOES}-etl", waiting)
    (table,) = found.index.values()
    assert table["rows"] == 3 and sorted(row["id"] for row in found.rows(table["prefix"])) == [1, 2, 3]
    key = world.cluster.get("ClientTenant", GOES)["status"]["keyArn"]
    assert found.is_under(key, found.export["prefix"])
    assert lent.sql(ROLES.format(GOES)) != []

    leaver.let_days_pass(8)
    leaver.wait_for("Shredding", timeout=SLOW)
    assert "sharer_goes" not in lent.databases() and lent.sql(ROLES.format(GOES)) == []
    assert lent.sql("SELECT COUNT(*) FROM claims.paid", database="sharer_stays") == [["3"]]
    assert lent.sql(ROLES.format(STAYS)) != []
    until(
        "the cluster no longer has its role",
        lambda: world.cluster.get("Environment", LENDING)["status"]["warehouseTenants"],
        lambda names: names == [STAYS],
        timeout=SLOW,
    )
    assert leaver.status["warehouse"]["rows"] == 3
