"""Every managed field within a schema is repaired, or held back where policy says so; they come from the types."""

import copy
from collections.abc import Iterator

import pytest
import yaml

from drift import schema_snapshot
from drift.fields import WAREHOUSE
from drift.patterns import is_in
from drift.policies import attachments, flip_policy
from drift.rounds import Fields, Rounds
from drift.schema import flip_role, flip_schema, flip_user, invite_strangers
from drift.tables import flip_table
from drift.vault import SCHEMA, TENANT, database, resources, schema
from e2e.kinds import Object
from e2e.sql import Database
from e2e.waiting import until
from e2e.world import World

# Redshift changes none of these in place, or loses data by it: they wait for destructiveChanges and columnTypeChanges.
HELD = {
    "type": ["* tables.*.columns.*.type"],
    "nullable": ["* tables.*.columns.*.nullable"],
    "default and order": ["* tables.*.columns.*.default", "* tables.patients.sort.columns"],
}


@pytest.fixture(scope="module")
def held(vault: World) -> Iterator[Database]:
    found = database(vault)
    invite_strangers(found)
    yield found
    assert vault.calls.violations() == []


def _paths(world: World) -> list[str]:
    (paths,) = [paths for id_, paths in resources(world).items() if id_.startswith("redshift-schema/")]
    return paths


def _declared() -> Object:
    (one,) = yaml.safe_load(WAREHOUSE.read_text())["spec"]["schemas"]
    return dict(one)


def _lane(path: str) -> str:
    """Flips of different lanes do not hinder each other: a policy and its table are in one."""
    head, _, rest = path.partition(".")
    if head == "tables":
        return rest.partition(".")[0]
    if head in ("rowLevelSecurity", "masking"):
        (policy,) = [one for one in _declared()[head] if one["name"] == rest.partition(".")[0]]
        table: str = policy["tables"][0] if head == "rowLevelSecurity" else policy["columns"][0]["table"]
        return table
    return head if head in ("roles", "users") else "schema"


def _flip(world: World, database: Database, path: str) -> None:
    match path.partition(".")[0]:
        case "tables":
            flip_table(database, path)
        case "rowLevelSecurity" | "masking":
            flip_policy(world.aws, database, path)
        case "roles":
            flip_role(database, path)
        case "users":
            flip_user(database, path)
        case _:
            flip_schema(database, path)


def test_every_managed_field_within_the_schema_is_repaired(vault: World, held: Database) -> None:
    todo: Fields = {}
    for path in _paths(vault):
        todo.setdefault(_lane(path), []).append(path)
    assert sum(map(len, todo.values())) > 70
    rounds = Rounds(
        flip=lambda _, path: _flip(vault, held, path),
        look=lambda lane: schema_snapshot.look(held, lane),
        poke=lambda: vault.cluster.poke("RedshiftSchema", SCHEMA, TENANT),
        is_refused=lambda lane, path: False,
    )
    assert rounds.run(todo) == []


def _apply(world: World, **policy: str | bool) -> None:
    manifest = yaml.safe_load(WAREHOUSE.read_text())
    manifest["spec"]["schemas"] = [_declared() | copy.deepcopy(policy)]
    world.cluster.apply(manifest)


def _is_seen(found: Object | None) -> bool:
    """By a pass: from here on it leaves what it finds."""
    found = found or {}
    return bool(found.get("status", {}).get("observedGeneration") == found.get("metadata", {}).get("generation"))


@pytest.mark.parametrize("what", HELD)
def test_what_policy_forbids_is_said_and_done_once_it_is_allowed(vault: World, held: Database, what: str) -> None:
    paths = [path for path in _paths(vault) if is_in(HELD[what], "", path)]
    assert len(paths) >= 3
    lanes = {_lane(path) for path in paths}
    before = {lane: schema_snapshot.look(held, lane) for lane in lanes}
    _apply(vault, destructiveChanges="Deny", columnTypeChanges="InPlace")
    vault.cluster.wait_ready("RedshiftSchema", SCHEMA, TENANT, timeout=60)
    # Paused meanwhile, since a repair between two flips would leave another state each time.
    _apply(vault, destructiveChanges="Deny", columnTypeChanges="InPlace", paused=True)
    vault.cluster.wait("RedshiftSchema", SCHEMA, _is_seen, TENANT, timeout=60)
    for path in paths:
        _flip(vault, held, path)
    _apply(vault, destructiveChanges="Deny", columnTypeChanges="InPlace")

    def untold() -> list[str]:
        said = schema(vault)["status"].get("plan", {}).get("blocked", [])
        return [path for path in paths if not any(_is_about(sentence, path) for sentence in said)]

    until("all is told of", untold, lambda left: not left, timeout=60)
    assert all(schema_snapshot.look(held, lane)["columns"] != before[lane]["columns"] for lane in lanes)
    # As it was declared: with all that loses data allowed.
    _apply(vault)
    until(
        "all is as before",
        lambda: {lane: schema_snapshot.look(held, lane) for lane in lanes},
        lambda now: bool(now == before),
        timeout=90,
    )


def _is_about(sentence: str, path: str) -> bool:
    table = path.split(".")[1]
    column = path.split(".")[3] if ".columns." in path else "sort key"
    remedy = "set columnTypeChanges to ShadowTable" in sentence or "set destructiveChanges to" in sentence
    return remedy and f"table {table}" in sentence and column in sentence


def test_tables_that_a_policy_joins_are_copied_together(vault: World, held: Database) -> None:
    """Copied one after the other, what the policy compares would be of two types meanwhile."""
    paths = ["tables.medical_claims.columns.claim_id.type", "tables.payers.columns.payer.type"]
    before = {path: schema_snapshot.look(held, _lane(path)) for path in paths}
    _apply(vault, columnTypeChanges="InPlace")
    for path in paths:
        _flip(vault, held, path)

    # Both sides are numbers now, so that the policy is put back onto what was made by hand.
    def is_joined(_: object) -> bool:
        return any('"claims_data.looked-up' in one for one in attachments(held, "medical_claims"))

    until("the policy is there again", lambda: None, is_joined, timeout=60)
    _apply(vault)
    until(
        "all is as before",
        lambda: {path: schema_snapshot.look(held, _lane(path)) for path in paths},
        lambda now: bool(now == before),
        timeout=90,
    )
