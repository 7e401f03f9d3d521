"""What the credentials of an upload are good for: putting under its prefix, and nothing else whatever."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from upload.api.caller import Upload
from upload.api.scene import PHI, Scene


@dataclass(frozen=True)
class Try:
    name: str
    act: Callable[[Scene, Upload], Any]


def put(key: Callable[[Scene, Upload], str], bucket: Callable[[Scene, Upload], str] | None = None) -> Any:
    def act(scene: Scene, upload: Upload) -> Any:
        where = bucket(scene, upload) if bucket else upload.bucket
        return upload.s3.put_object(Bucket=where, Key=key(scene, upload), Body=b"x")

    return act


def own(call: str, **more: Any) -> Any:
    """Something with the upload's own file."""
    return lambda scene, upload: getattr(upload.s3, call)(Bucket=upload.bucket, Key=f"{upload.prefix}{PHI}.csv", **more)


def on_bucket(call: str, **more: Any) -> Any:
    return lambda scene, upload: getattr(upload.s3, call)(Bucket=upload.bucket, **more)


def client(upload: Upload, service: str) -> Any:
    given = upload.opened["credentials"]
    return boto3.client(
        service,  # type: ignore[call-overload]  # the stubs want a literal
        endpoint_url=upload.opened["s3"]["endpoint"],
        region_name="us-east-1",
        aws_access_key_id=given["accessKeyId"],
        aws_secret_access_key=given["secretAccessKey"],
        aws_session_token=given["sessionToken"],
    )


def copy(scene: Scene, upload: Upload) -> Any:
    source = {"Bucket": upload.bucket, "Key": f"{upload.prefix}{PHI}.csv"}
    return upload.s3.copy_object(Bucket=upload.bucket, Key=f"{upload.prefix}copy.csv", CopySource=source)


def become(role: str) -> Callable[[Scene, Upload], Any]:
    arn = f"arn:aws:iam::222222222222:role/{role}"
    return lambda scene, upload: client(upload, "sts").assume_role(RoleArn=arn, RoleSessionName="me")


def decrypt(scene: Scene, upload: Upload) -> Any:
    kms = client(upload, "kms")
    return kms.generate_data_key(KeyId=upload.opened["s3"]["kmsKeyArn"], KeySpec="AES_256")


TRIES = [
    Try("another upload's prefix", put(lambda scene, upload: f"{scene.ann.open().prefix}x.csv")),
    Try("another tenant's prefix", put(lambda scene, upload: f"beta/{upload.id}/x.csv")),
    Try("the tenant's folder", put(lambda scene, upload: "acme/x.csv")),
    Try("the bucket's root", put(lambda scene, upload: "x.csv")),
    Try("a neighbour by a longer name", put(lambda scene, upload: f"{upload.prefix.rstrip('/')}x/x.csv")),
    Try("the manifest", put(lambda scene, upload: f"{upload.prefix}_manifest.json")),
    Try("the API's records", put(lambda scene, upload: f"_cloister/uploads/x/{upload.id}.end.json")),
    Try("another bucket", put(lambda _, u: f"{u.prefix}x", lambda scene, _: scene.ann.open(bucket="once").bucket)),
    Try("another tenant's bucket", put(lambda _, u: f"{u.prefix}x", lambda scene, _: scene.bob.open("beta").bucket)),
    Try("reading it back", own("get_object")),
    Try("looking at it", own("head_object")),
    Try("deleting it", own("delete_object")),
    Try("tagging it", own("put_object_tagging", Tagging={"TagSet": []})),
    Try("opening it to the world", own("put_object", Body=b"x", Tagging="public=true")),
    Try("another encryption", own("put_object", Body=b"x", ServerSideEncryption="AES256")),
    Try("copying it", copy),
    Try("listing", on_bucket("list_objects_v2")),
    Try("listing its own prefix", lambda s, u: u.s3.list_objects_v2(Bucket=u.bucket, Prefix=u.prefix)),
    Try("listing versions", on_bucket("list_object_versions")),
    Try("listing multipart uploads", on_bucket("list_multipart_uploads")),
    Try("reading the bucket's policy", on_bucket("get_bucket_policy")),
    Try("lifting the bucket's policy", on_bucket("delete_bucket_policy")),
    Try("listing buckets", lambda scene, upload: upload.s3.list_buckets()),
    Try("becoming the ETL role", become("cloister/cloister-acme-etl")),
    Try("becoming its own role anew", become("cloister/cloister-acme-uploader")),
    Try("becoming another tenant's role", become("cloister/cloister-beta-uploader")),
    Try("the key, past S3", decrypt),
]  # fmt: skip


@pytest.fixture(scope="module")
def upload(shared_scene: Scene) -> Upload:
    opened = shared_scene.ann.open()
    opened.put(f"{PHI}.csv", b"x")
    return opened


@pytest.mark.parametrize("attempt", TRIES, ids=lambda attempt: attempt.name)
def test_aws_refuses_it_and_knows_who_tried(scene: Scene, upload: Upload, attempt: Try) -> None:
    before = len(refused(scene, upload))
    with pytest.raises(ClientError) as refusal:
        attempt.act(scene, upload)
    answer = refusal.value.response
    assert answer["Error"]["Code"] in ("AccessDenied", "AccessDeniedException", "403"), answer
    assert len(refused(scene, upload)) == before + 1


def refused(scene: Scene, upload: Upload) -> list[dict[str, Any]]:
    return [call for call in scene.calls(upload.id) if call["status"] in (400, 403)]


def test_the_role_itself_is_no_wider_without_the_apis_tag(scene: Scene) -> None:
    """Whoever takes it without a session policy can still read and list nothing, nor touch the records."""
    role = scene.world.aws.as_role("cloister-acme-uploader").s3
    bucket = scene.ann.open().bucket
    for attempt in (
        lambda: role.list_objects_v2(Bucket=bucket, Prefix="_cloister/uploads/"),
        lambda: role.put_object(Bucket=bucket, Key="_cloister/uploads/x", Body=b"x"),
        lambda: role.get_object(Bucket=bucket, Key="acme/x"),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            attempt()
