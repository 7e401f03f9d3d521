"""A tenant that leaves takes nothing any more, and takes it again once that is called off."""

from typing import Any

from e2e.kinds import Object, is_ready
from e2e.waiting import until
from upload.api.scene import Scene


def test_a_tenant_that_is_offboarded_gives_no_credentials_until_it_is_called_back(scene: Scene) -> None:
    upload = scene.bob.open("beta")
    cluster = scene.world.cluster
    cluster.patch("ClientTenant", "beta", {"spec": {"offboarding": {"approval": "beta"}}})
    try:
        until("its buckets are not offered", lambda: offered(scene), lambda buckets: buckets == [], timeout=10)
        refused = scene.bob.ask("POST", "/v1/uploads", json={"tenant": "beta", "bucket": "landing"})
        assert refused.status_code == 403, refused.text
        assert upload.renew().status_code == 404
        cluster.wait("IngestBucket", "landing", is_closed, "beta")
    finally:
        cluster.patch("ClientTenant", "beta", {"spec": {"offboarding": None}})
    until("they are offered again", lambda: offered(scene), lambda buckets: buckets == ["landing"], timeout=10)
    cluster.wait_ready("ClientTenant", "beta")
    assert scene.bob.open("beta").status()["state"] == "Open"


def is_closed(bucket: Object | None) -> bool:
    return bucket is not None and bucket["status"].get("intake") == "Closed" and is_ready(bucket)


def offered(scene: Scene) -> list[Any]:
    return [place["bucket"] for place in scene.bob.ask("GET", "/v1/buckets").json()["buckets"]]
