"""Objects as streams: pinned, resumed, in bounded memory."""

import random
import tracemalloc
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cloister_etl.errors import Rejected
from cloister_etl.s3.objects import S3Object
from cloister_etl.s3.read import BREAKS, exists, opened
from cloister_etl.s3.write import put, writing

from etl.cutting import Cutting
from etl.world import BUCKET, Pipeline

MEBIBYTE = 1024 * 1024


def made(pipeline: Pipeline, body: bytes) -> S3Object:
    return put(pipeline.world.s3, BUCKET, f"{pipeline.folder}/it", pipeline.world.key, body)


def client(pipeline: Pipeline, endpoint: str) -> Any:
    given = pipeline.world.aws.credentials()
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=given["access_key_id"],
        aws_secret_access_key=given["secret_access_key"],
        aws_session_token=given["session_token"],
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


@pytest.mark.parametrize("cuts", [1, 4])
def test_a_broken_connection_is_resumed_where_it_broke(pipeline: Pipeline, cuts: int) -> None:
    body = random.Random(1).randbytes(8 * MEBIBYTE)
    source = made(pipeline, body)
    proxy = Cutting(pipeline.world.aws.described["endpoint"], MEBIBYTE, cuts)
    try:
        with opened(client(pipeline, proxy.url), source) as stream:
            assert stream.read() == body
        assert proxy.left == 0
    finally:
        proxy.close()


def test_a_stream_that_gets_on_a_little_each_time_is_never_given_up(pipeline: Pipeline) -> None:
    body = random.Random(1).randbytes(MEBIBYTE)
    source = made(pipeline, body)
    proxy = Cutting(pipeline.world.aws.described["endpoint"], 0, 1000)
    try:
        with opened(client(pipeline, proxy.url), source) as stream:
            assert stream.read() == body
        assert proxy.left < 1000 - BREAKS
    finally:
        proxy.close()


def test_a_large_object_passes_in_bounded_memory(pipeline: Pipeline) -> None:
    source = made(pipeline, bytes(100 * MEBIBYTE))
    tracemalloc.start()
    try:
        with (
            opened(pipeline.world.s3, source) as stream,
            writing(pipeline.world.s3, BUCKET, f"{pipeline.folder}/copy", pipeline.world.key) as into,
        ):
            while chunk := stream.read(MEBIBYTE):
                into.write(chunk)
        assert tracemalloc.get_traced_memory()[1] < 40 * MEBIBYTE
    finally:
        tracemalloc.stop()
    assert into.written is not None and into.written.size == source.size


def test_a_changed_key_is_read_as_the_version_that_was_announced(pipeline: Pipeline) -> None:
    source = made(pipeline, b"old")
    made(pipeline, b"new one")
    with opened(pipeline.world.s3, source) as stream:
        assert stream.read() == b"old"


def test_a_delete_marker_and_a_version_that_is_gone_are_absent(pipeline: Pipeline) -> None:
    source = made(pipeline, b"it")
    key = {"Bucket": BUCKET, "Key": source.key}
    marker = pipeline.world.s3.delete_object(**key)["VersionId"]
    assert exists(pipeline.world.s3, source)  # the version is there, whatever is newer
    assert not exists(pipeline.world.s3, S3Object(BUCKET, source.key, marker, source.etag, 2))
    pipeline.world.s3.delete_object(**key, VersionId=source.version_id)
    assert not exists(pipeline.world.s3, source)
    with pytest.raises(ClientError), opened(pipeline.world.s3, source) as stream:
        stream.read()


def test_an_empty_object_is_looked_at_as_well(pipeline: Pipeline) -> None:
    source = made(pipeline, b"")
    with opened(pipeline.world.s3, source) as stream:
        assert stream.read() == b""
    wrong = S3Object(BUCKET, source.key, source.version_id, "0" * 32, 0)
    with pytest.raises(Rejected), opened(pipeline.world.s3, wrong) as stream:
        stream.read()
