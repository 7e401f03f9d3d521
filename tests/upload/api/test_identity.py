"""What changes at the identity provider and in declarations, and when it takes effect."""

import time
from datetime import UTC, datetime

from botocore.exceptions import ClientError

from e2e import manifests
from e2e.waiting import until
from local.provider import Provider
from upload.api.caller import Upload, device_login, s3_by, signed
from upload.api.scene import Scene, bucket


def test_a_new_key_is_taken_at_once_and_the_old_one_until_it_is_withdrawn(scene: Scene) -> None:
    old = signed(scene.provider)
    assert scene.caller(old).ask("GET", "/v1/buckets").status_code == 200
    scene.provider.ask("rotate", keep=True)
    # A key that is not known is asked for once in five seconds.
    new = scene.caller(signed(scene.provider))
    until("the new key is taken", lambda: new.ask("GET", "/v1/buckets").status_code, lambda status: status == 200)
    assert scene.caller(old).ask("GET", "/v1/buckets").status_code == 200
    scene.provider.ask("rotate", keep=False)
    newest = scene.caller(signed(scene.provider))
    until("the newest is taken", lambda: newest.ask("GET", "/v1/buckets").status_code, lambda status: status == 200)
    for withdrawn in (old, new.token):
        answer = scene.caller(withdrawn).ask("GET", "/v1/buckets")
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (401, "token-invalid")
    scene.forget()


def test_another_provider_signs_for_its_own_users_only(scene: Scene) -> None:
    other = Provider(scene.world.platform.directory, scene.world.platform.processes, name="oidc-2").start()
    token = device_login(other, "ann")["access_token"]
    assert scene.caller(token).ask("GET", "/v1/buckets").status_code == 401


def test_a_provider_that_is_silent_stops_nobody_whose_key_is_known(scene: Scene) -> None:
    token = scene.ann.token
    scene.provider.ask("silence", silent=True)
    try:
        assert scene.caller(token).ask("GET", "/v1/buckets").status_code == 200
    finally:
        scene.provider.ask("silence", silent=False)


def test_who_is_no_uploader_any_more_is_out_at_once(scene: Scene) -> None:
    groups = ("acme-uploaders",)
    scene.world.onboard(manifests.tenant("changing", bucket("landing", *groups)), timeout=60)
    upload = scene.ann.open("changing")
    scene.world.cluster.apply(manifests.tenant("changing", bucket("landing", "others")))
    answer = until("she is out", upload.renew, lambda answer: answer.status_code != 200)
    assert answer.status_code == 404
    assert scene.ann.ask("POST", "/v1/uploads", json={"tenant": "changing", "bucket": "landing"}).status_code == 403
    scene.world.cluster.apply(manifests.tenant("changing", bucket("landing", *groups)))
    until("she is in again", upload.renew, lambda answer: answer.status_code == 200)


def test_credentials_from_before_a_time_are_revoked_by_declaration(scene: Scene) -> None:
    declared = bucket("landing", "acme-uploaders")
    scene.world.onboard(manifests.tenant("revoking", declared), timeout=60)
    upload, others = scene.ann.open("revoking"), scene.caller(signed(scene.provider, sub="ann2")).open("revoking")
    upload.put("a.csv", b"x")
    time.sleep(1.1)  # the time of an entry has no fractions
    before = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    time.sleep(1.1)
    revoked = declared | {"revokedUploads": [{"before": before, "user": "ann"}]}
    scene.world.onboard(manifests.tenant("revoking", revoked), timeout=60)
    until("they are revoked", lambda: is_denied(upload))
    others.put("b.csv", b"x")
    upload.s3 = s3_by(upload.renew().json()["credentials"], upload.opened["s3"])
    upload.put("c.csv", b"x")
    assert upload.complete().status_code == 200


def is_denied(upload: Upload) -> bool:
    try:
        upload.put("late.csv", b"x")
    except ClientError as refusal:
        return refusal.response["Error"]["Code"] == "AccessDenied"
    upload.files.pop()
    return False
