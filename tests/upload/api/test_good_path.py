"""What uploads are for: log in, get credentials, put, complete, and hold a receipt."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from joserfc import jws
from joserfc.jwk import KeySet

from e2e.loopback import HTTP
from upload.api.caller import Upload, crc64nvme, s3_by
from upload.api.scene import PHI, Scene

CLAIMS = b"claim_id,member_id\n1,m-1\n"


def verified(scene: Scene, receipt: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(HTTP.get(f"{scene.api.url}/v1/keys", timeout=10).json())
    read = jws.deserialize_compact(receipt, keys, algorithms=["ES256"])
    assert read.headers()["typ"] == "cloister-receipt+jwt"
    payload: dict[str, Any] = json.loads(read.payload)
    return payload


def completed(upload: Upload) -> str:
    answer = upload.complete()
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["uploadId"], said["state"]) == (upload.id, "Completed")
    receipt: str = said["receipt"]
    return receipt


def test_a_tool_learns_how_to_log_in_from_the_apis_address_alone(scene: Scene) -> None:
    assert HTTP.get(f"{scene.api.url}/v1/discovery", timeout=10).json() == {
        "issuer": scene.provider.issuer,
        "audience": "cloister-upload",
        "clientId": "cloister-upload-cli",
        "scopes": ["openid", "offline_access"],
        "deviceAuthorization": True,
    }


def test_a_caller_sees_the_buckets_that_name_their_group(scene: Scene) -> None:
    def seen(answer: Any) -> list[str]:
        return [f"{place['tenant']}/{place['bucket']}" for place in answer.json()["buckets"]]

    assert seen(scene.ann.ask("GET", "/v1/buckets")) == ["acme/landing", "acme/once"]
    assert seen(scene.bob.ask("GET", "/v1/buckets")) == ["beta/landing"]


@pytest.mark.parametrize("bucket", ["landing", "once"])
def test_files_go_straight_to_s3_and_the_receipt_names_each(scene: Scene, bucket: str) -> None:
    upload = scene.ann.open(bucket=bucket)
    more = {"IfNoneMatch": "*"} if upload.opened["s3"]["writeOnce"] else {}
    assert upload.opened["s3"]["writeOnce"] == (bucket == "once")
    files = [upload.put(f"2026/{PHI}-{n}.csv", CLAIMS * n, **more) for n in (2, 1)]
    receipt = verified(scene, completed(upload))
    manifest = receipt.pop("manifest")
    expected = [{k: v for k, v in file.items() if k != "etag"} for file in reversed(files)]
    assert receipt.pop("completedAt") and receipt == {
        "iss": scene.api.url, "uploadId": upload.id, "tenant": "acme", "bucket": bucket, "user": "ann",
        "files": expected,
    }  # fmt: skip
    assert manifest["key"] == f"acme/{upload.id}/_manifest.json"
    reader = scene.world.aws.as_role("cloister-acme-etl").s3
    found = reader.get_object(Bucket=upload.bucket, Key=manifest["key"], VersionId=manifest["versionId"])
    assert json.loads(found["Body"].read())["files"] == expected


def test_a_completion_that_is_repeated_is_answered_again(scene: Scene) -> None:
    upload = scene.ann.open()
    upload.put("a.csv", CLAIMS)
    assert verified(scene, completed(upload)) == verified(scene, completed(upload))
    status = upload.status()
    assert (status["state"], status["files"], status["bytes"]) == ("Completed", 1, len(CLAIMS))
    assert verified(scene, status["receipt"])["uploadId"] == upload.id


def test_what_was_wrong_can_be_put_right_and_completed(scene: Scene) -> None:
    upload = scene.ann.open()
    said = upload.put("a.csv", CLAIMS)
    wrong = upload.complete([said | {"size": 1}])
    assert wrong.status_code == 409 and upload.status()["state"] == "Open"
    completed(upload)


def test_credentials_are_renewed_while_the_upload_is_open(scene: Scene) -> None:
    upload = scene.ann.open(durationSeconds=900)
    first = upload.opened["credentials"]
    answer = upload.renew(durationSeconds=3600)
    assert answer.status_code == 200, answer.text
    second = answer.json()["credentials"]
    assert second["accessKeyId"] != first["accessKeyId"] and second["expiration"] > first["expiration"]
    upload.s3 = s3_by(second, upload.opened["s3"])
    upload.put("a.csv", CLAIMS)
    completed(upload)


def test_parts_of_a_large_file_are_joined(scene: Scene) -> None:
    upload = scene.ann.open()
    at = {"Bucket": upload.bucket, "Key": f"{upload.prefix}large.bin"}
    parts = [b"a" * (5 << 20), b"b" * 1000]
    begun = upload.s3.create_multipart_upload(**at, ChecksumAlgorithm="CRC64NVME", ChecksumType="FULL_OBJECT")
    one = at | {"UploadId": begun["UploadId"]}
    tags = [upload.s3.upload_part(**one, PartNumber=n, Body=p)["ETag"] for n, p in enumerate(parts, 1)]
    assert len(upload.s3.list_parts(**one)["Parts"]) == 2
    listed = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    done = upload.s3.complete_multipart_upload(**one, MultipartUpload={"Parts": listed})
    whole = b"".join(parts)
    said = {"path": "large.bin", "size": len(whole), "checksumCrc64nvme": crc64nvme(whole)}
    upload.files = [said | {"versionId": done["VersionId"]}]
    assert verified(scene, completed(upload))["files"] == upload.files


def test_who_did_not_hear_the_version_leaves_it_out(scene: Scene) -> None:
    """Killed before S3's answer came; size and checksum are compared all the same."""
    upload = scene.ann.open()
    said = upload.put("a.csv", CLAIMS)
    version = said.pop("versionId")
    assert upload.complete([said | {"size": 1}]).status_code == 409
    for _ in range(2):
        assert verified(scene, completed(upload))["files"][0]["versionId"] == version


def test_an_aborted_upload_gets_nothing_more(scene: Scene) -> None:
    upload = scene.ann.open()
    upload.put("a.csv", CLAIMS)
    for _ in range(2):
        assert upload.abort().json() == {"uploadId": upload.id, "state": "Aborted"}
    assert upload.status()["state"] == "Aborted"
    assert upload.renew().status_code == upload.complete().status_code == 409
    with pytest.raises(ClientError, match=r"404|403"):
        scene.world.aws.s3.head_object(Bucket=upload.bucket, Key=f"{upload.prefix}_manifest.json")


def test_callers_list_their_own_uploads_newest_first(scene: Scene) -> None:
    uploads = [scene.bob.open("beta", "landing") for _ in range(3)]
    uploads[0].put("a.csv", CLAIMS)
    completed(uploads[0])
    uploads[1].abort()
    listed = scene.bob.ask("GET", "/v1/uploads?tenant=beta&bucket=landing&limit=100").json()["uploads"]
    states = {one["uploadId"]: one["state"] for one in listed}
    assert [states[upload.id] for upload in uploads] == ["Completed", "Aborted", "Open"]
    assert [one["openedAt"] for one in listed] == sorted((one["openedAt"] for one in listed), reverse=True)
    assert all(one["tenant"] == "beta" for one in listed)
    assert len(scene.bob.ask("GET", "/v1/uploads?limit=1").json()["uploads"]) == 1
    assert uploads[0].id not in scene.ann.ask("GET", "/v1/uploads?limit=100").text


def test_a_service_logs_in_by_its_own_credentials(scene: Scene) -> None:
    secret = scene.provider.services["acme-batch"]
    told = {"grant_type": "client_credentials", "scope": "upload"}
    answer = HTTP.post(f"{scene.provider.issuer}/token", data=told, auth=("acme-batch", secret), timeout=10)
    upload = scene.caller(answer.json()["access_token"]).open()
    upload.put("a.csv", CLAIMS)
    assert verified(scene, completed(upload))["user"] == "acme-batch"


def test_everything_is_on_record_and_aws_has_the_same_names(scene: Scene) -> None:
    since = len(scene.api.audit())
    upload = scene.ann.open()
    upload.put(f"{PHI}.csv", CLAIMS)
    upload.renew()
    completed(upload)
    other = scene.ann.open()
    other.abort()
    records = scene.api.audit(since)
    assert [(r["event"], r["decision"], r["reason"]) for r in records] == [
        (event, "Allow", "ok") for event in ("Grant", "Renewal", "Completion", "Grant", "Abort")
    ]
    assert all(r["user"] == "ann" and r["issuer"] == scene.provider.issuer for r in records)
    assert all(r["source"] == "127.0.0.1" and r["time"].endswith("Z") for r in records)
    assert [r["uploadId"] for r in records] == [upload.id] * 3 + [other.id] * 2
    assert all("awsRequestId" in r for r in records if r["event"] in ("Grant", "Renewal"))
    scene.secrets += [upload.opened["credentials"][name] for name in ("secretAccessKey", "sessionToken")]
    puts = [c for c in scene.calls(upload.id) if c["operation"] == "PutObject"]
    assert len(puts) == 1 and "/cloister-acme-uploader/" in puts[0]["caller"]
