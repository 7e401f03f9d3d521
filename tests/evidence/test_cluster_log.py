"""The cluster's audit log is whoever's runs the cluster: where it is gone, not said, or in another account."""

from typing import Any

from e2e.waiting import until
from e2e.world import World
from evidence import cluster_log
from evidence.verb import Evidence, look

OWN, CLUSTERS = "222222222222", "111111111111"
ID = f"{cluster_log.KIND}/{cluster_log.GROUP}"


def _declare(world: World, kubernetes: Any) -> None:
    world.cluster.patch("Environment", "production", {"spec": {"audit": {"kubernetes": kubernetes}}})


def _reason(seen: Evidence) -> str:
    (finding,) = [one for one in seen.report["safeguards"] if one["id"] == "T5"]
    return f"{finding['status']}: {finding.get('reason', '')}"


def test_a_log_that_is_deleted_is_red_until_it_is_back(world: World) -> None:
    logs: Any = world.aws.logs
    logs.delete_log_group(logGroupName=cluster_log.GROUP)
    seen = look(world)
    assert seen.red == {"T5"} and seen.failing("T5") == {(ID, "")}
    assert {proof["observed"] for proof in seen.proofs("T5")} == {"absent"}
    cluster_log.make(world.aws)
    until("it is green again", lambda: look(world), lambda now: not now.red, timeout=30)


def test_what_is_not_declared_says_how_to_declare_it(world: World) -> None:
    _declare(world, None)
    try:
        assert "set spec.audit.kubernetes.logGroup of the Environment" in _reason(look(world))
        # Another group's name begins with it, and no stream's does.
        _declare(world, {"logGroup": cluster_log.GROUP[:-1], "streamPrefix": "audit"})
        assert look(world).failing("T5") == {(f"{ID[:-1]}", "")}
        _declare(world, {"logGroup": cluster_log.GROUP, "streamPrefix": "audit"})
        assert look(world).failing("T5") == {(ID, "silentMinutes")}
    finally:
        _declare(world, {"logGroup": cluster_log.GROUP, "streamPrefix": cluster_log.PREFIX})


def test_a_cluster_in_another_account_is_looked_at_by_a_role_there(world: World) -> None:
    clusters = world.aws.of_account(CLUSTERS)
    cluster_log.make(clusters)
    with cluster_log.shipper(world, clusters):
        _declare(world, {"roleArn": f"arn:aws:iam::{CLUSTERS}:role/CloisterClusterLog"})
        try:
            seen = until("it is shipped", lambda: look(world), lambda now: not now.red, timeout=30)
            key = next(proof["observed"] for proof in seen.proofs("T5") if proof["field"] == "kmsKey")
            assert f":{CLUSTERS}:" in key
        finally:
            _declare(world, {"roleArn": None})
