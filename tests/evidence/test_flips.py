"""Each setting of the checklist, broken by hand, turns exactly the right safeguard red, and green again once mended."""

import fnmatch
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from e2e.waiting import until
from e2e.world import World
from evidence.apps import APP
from evidence.flips import Spare, flip, mend, seen
from evidence.verb import TENANT, Evidence, asleep, listed, look

# No API of AWS changes these of what is there; core's own tests judge them.
FIXED = ["redshift-cluster/* admin", "redshift-cluster/* database", "signing-key/* spec", "replica-bucket/* versioning"]
# Another resource is broken instead: AWS refuses it to everybody here, or what lies under the key is broken with it.
SPARED = [
    "s3-bucket/proof-* versioning",
    "s3-bucket/proof-staging-* replication.*",  # it has no copy
    "kms-key/* state",
    "iam-policy/*-app-claims document",
]
# What is demanded of a tenant's resources is not judged by its Environment's.
APART = {"Tenant", "Environment"}
# Fields that are broken along with one.
ALONG = {
    # Redshift encrypts none anew that it copies.
    "redshift-cluster/* encryption.*": ("redshift-cluster", "snapshotCopy.region"),
    # It waits for a reboot.
    "redshift-parameter-group/* *": ("redshift-cluster", "parametersInEffect"),
    "deployment/* spec.template.spec.*": ("deployment", "spec.template.spec"),
}


@dataclass(frozen=True)
class Flip:
    safeguard: str
    resource: str
    field: str
    # All that must not hold then.
    turns: frozenset[str]


def _matches(patterns: list[str], resource: str, field: str) -> bool:
    return any(fnmatch.fnmatchcase(f"{resource} {field}", pattern) for pattern in patterns)


def _demands() -> list[tuple[str, Any]]:
    """What each safeguard demands, as the verb itself lists it."""
    found = [(one["id"], demand) for one in listed() for demand in one["basis"].get("managed", {}).get("demands", [])]
    assert len(found) > 60
    return found


def _judged_by(demands: list[tuple[str, Any]], resource: str, field: str, like: Any = None) -> set[str]:
    return {
        safeguard
        for safeguard, demand in demands
        if fnmatch.fnmatchcase(f"{resource} {field}", f"{demand['resource']} {demand['field']}")
        and (like is None or (demand["wanted"] == like["wanted"] and {demand["of"], like["of"]} != APART))
    }


def _flips(good: Evidence) -> list[Flip]:
    """One for each demand, on the resource of which least is broken."""
    demands = _demands()
    found: dict[tuple[str, str, str], Flip] = {}
    for safeguard, demand in demands:
        pattern = f"{demand['resource']} {demand['field']}"
        proofs = [(p["resource"], p["field"]) for p in good.proofs(safeguard)]
        fitting = [(r, f) for r, f in proofs if fnmatch.fnmatchcase(f"{r} {f}", pattern)]
        assert fitting, f"{safeguard}: nothing proves {pattern}"
        possible = [(r, f) for r, f in fitting if not _matches(FIXED + SPARED, r, f)]
        if not possible:
            assert all(_matches(FIXED, r, f) for r, f in fitting), pattern
            continue
        used = [one.resource for one in found.values()]
        resource, field = min(possible, key=lambda one: used.count(one[0]))
        turns = _judged_by(demands, resource, field, demand)
        for along, (kind, other) in ALONG.items():
            if _matches([along], resource, field):
                turns |= _judged_by(demands, f"{kind}/{resource.partition('/')[2]}", other)
        found[(resource, field, str(demand["wanted"]))] = Flip(safeguard, resource, field, frozenset(turns))
    return list(found.values())


def _rounds(flips: list[Flip]) -> list[list[Flip]]:
    """Flips that have nothing to do with one another go together."""
    rounds: list[list[Flip]] = []
    for one in flips:
        for together in rounds:
            free = all(one.resource != other.resource and not one.turns & other.turns for other in together)
            if free:
                together.append(one)
                break
        else:
            rounds.append([one])
    return rounds


def _poke(world: World) -> None:
    world.cluster.poke("Environment", "production")
    world.cluster.poke("ClientTenant", TENANT)
    world.cluster.poke("AnalyticsApp", APP, TENANT)
    for bucket in ("landing", "staging"):
        world.cluster.poke("IngestBucket", bucket, TENANT)


def _break(world: World, spare: Spare, together: list[Flip]) -> list[str]:
    """Complaints about what the report says of these."""
    with asleep(world):
        for one in together:
            try:
                flip(world, spare, one.safeguard, one.resource, one.field)
            except ClientError as error:
                raise AssertionError(f"{one}: {error}") from error
        found = look(world)
    expected = {safeguard for one in together for safeguard in one.turns}
    complaints = []
    if found.red != expected or found.code != 2:
        why = {red: sorted(found.failing(red)) for red in found.red ^ expected}
        complaints.append(f"{[(f.resource, f.field) for f in together]}: {why} instead of {sorted(expected)}")
    for one in together:
        # AWS changes nothing of a flow log: it can only be gone.
        field = "" if one.resource.startswith("flow-log/") else one.field
        if (one.resource, field) not in found.failing(one.safeguard):
            complaints.append(f"{one} is not among the proofs: {sorted(found.failing(one.safeguard))}")
    return complaints


@pytest.mark.timeout(1800)
def test_each_setting_that_is_broken_turns_exactly_its_safeguard_red(world: World) -> None:
    good = look(world)
    assert good.red == set()
    flips, spare = _flips(good), Spare.of(world)
    assert {one.safeguard for one in flips} | {"R8"} >= {one["id"] for one in listed() if "managed" in one["basis"]}
    complaints: list[str] = []
    for together in _rounds(flips):
        before = {one.resource: seen(world, one.resource) for one in together}
        complaints += _break(world, spare, together)
        for resource, was in before.items():
            mend(world, resource, was)
        _poke(world)
        for resource, was in before.items():
            until(
                f"{resource} is as before",
                lambda r=resource: seen(world, r),  # type: ignore[misc]
                lambda now, w=was: bool(now == w),  # type: ignore[misc]
                timeout=90,
            )
        again = until("all is green again", lambda: look(world), lambda now: not now.red, timeout=60)
        assert again.statuses == good.statuses
    assert complaints == [], "\n".join(complaints)
