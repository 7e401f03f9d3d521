"""Files decompressed, decrypted, split and archived."""

import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from claims.generate import claims, written
from cloister_etl.errors import Rejected
from cloister_etl.movers.decompress import Limits, decompressed
from cloister_etl.movers.split import split
from cloister_etl.rows.schema import Form
from cloister_etl.s3.copy import copy
from cloister_etl.s3.objects import S3Object
from cloister_etl.s3.read import opened
from cloister_etl.s3.write import writing
from pysequoia import Tsk, encrypt

from etl.world import BUCKET, Pipeline

TEXT = written(claims(3, 40)).encode()


def zipped(*bodies: bytes, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        archive.mkdir("folder")
        for number, body in enumerate(bodies):
            archive.writestr(f"folder/{number}.csv", body)
    return out.getvalue()


def unpacked(body: bytes, limits: Limits | None = None) -> list[bytes]:
    found = decompressed(io.BufferedReader(io.BytesIO(body)), len(body), limits or Limits())
    return [inner.read() for inner in found]


@pytest.mark.parametrize(
    ("body", "out"),
    [
        (gzip.compress(b"abc", mtime=0), [b"abc"]),
        (gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0) + b"\0" * 100, [b"ab"]),
        (gzip.compress(b"", mtime=0), [b""]),
        (zipped(b"abc", b"", b"d"), [b"abc", b"", b"d"]),
        (zipped(b"abc", how=zipfile.ZIP_STORED), [b"abc"]),
    ],
)
def test_what_was_compressed_comes_out(body: bytes, out: list[bytes]) -> None:
    assert unpacked(body) == out


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (gzip.compress(TEXT, mtime=0)[:-9], "damaged or cut off"),
        (gzip.compress(TEXT, mtime=0)[:100] + b"\xff" * 50, "damaged or cut off"),
        (gzip.compress(TEXT, mtime=0) + b"trailing", "damaged or cut off"),
        (zipped(TEXT)[:-30], "damaged or cut off"),
        (zipped(TEXT).replace(zipped(TEXT)[80:120], b"\0" * 40, 1), "damaged or cut off"),
        (b"a,b\n", "neither gzip nor zip"),
        (b"", "neither gzip nor zip"),
    ],
)
def test_what_is_damaged_is_rejected(body: bytes, says: str) -> None:
    with pytest.raises(Rejected, match=says):
        unpacked(body)


def test_an_encrypted_zip_is_rejected() -> None:
    body = bytearray(zipped(b"abc"))
    for signature, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = body.rindex(signature)
        body[start + place] |= 1
    with pytest.raises(Rejected, match="encrypted by a password"):
        unpacked(bytes(body))


@pytest.mark.parametrize(
    ("body", "limits", "says"),
    [
        (gzip.compress(bytes(200 * 1024 * 1024), mtime=0), Limits(), "unpacks to more than"),
        (zipped(bytes(200 * 1024 * 1024)), Limits(), "unpacks to more than"),
        (gzip.compress(b"abcd", mtime=0), Limits(bytes=3), "unpacks to more than 3 bytes"),
        (zipped(b"ab", b"cd"), Limits(bytes=3), "unpacks to more than 3 bytes"),
        (zipped(*[b"x"] * 4), Limits(members=3), "more than 3 members"),
    ],
    ids=["gzip", "zip", "gzip-of-4-bytes", "zip-of-4-bytes", "zip-of-4-members"],
)
def test_a_bomb_ends_at_the_limit(body: bytes, limits: Limits, says: str) -> None:
    found = decompressed(io.BufferedReader(io.BytesIO(body)), len(body), limits)
    tracemalloc.start()
    try:
        with pytest.raises(Rejected, match=says):
            _drain(found)
        assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    finally:
        tracemalloc.stop()


def _drain(found: Iterator[io.BufferedReader]) -> None:
    for inner in found:
        while inner.read(1024 * 1024):
            pass


class Piece(io.BytesIO):
    def close(self) -> None:
        """Kept, to be looked at."""


@pytest.mark.parametrize("header", [True, False])
def test_pieces_are_cut_between_records_only(header: bool) -> None:
    rows = claims(1, 30)
    for row in rows:
        row["note"] = 'two\nlines, "quoted"'
    body = written(rows).encode("cp1252") + b"last\xe9"
    pieces: list[Piece] = []

    def piece(_: int) -> Any:
        pieces.append(Piece())
        return nullcontext(pieces[-1])

    split(io.BytesIO(body), Form(encoding="windows-1252", header=header), 1000, piece)
    first = body[: body.index(b"\n") + 1] if header else b""
    assert len(pieces) > 3
    assert all(len(each.getvalue()) <= 1000 and each.getvalue().startswith(first) for each in pieces)
    assert first + b"".join(each.getvalue().removeprefix(first) for each in pieces) == body


@pytest.mark.parametrize(("body", "out"), [(b"", [b""]), (b"a,b\n", [b"a,b\n"]), (b"\xef\xbb\xbfa\n1\n", [b"a\n1\n"])])
def test_a_small_file_is_one_piece(body: bytes, out: list[bytes]) -> None:
    pieces: list[Piece] = []
    split(io.BytesIO(body), Form(), 1000, lambda _: nullcontext(pieces.append(Piece()) or pieces[-1]))  # type: ignore
    assert [each.getvalue() for each in pieces] == out


class Secrets:
    """Keys as Secrets are mounted."""

    def __init__(self, directory: Path) -> None:
        self.key, self.signer, self.other = Tsk.generate("acme"), Tsk.generate("client"), Tsk.generate("somebody")
        for name in ("key", "other"):
            (directory / name).write_text(str(getattr(self, name)))
        (directory / "signer").write_text(str(self.signer.extract_certificate()))
        self.directory = directory

    def encrypted(self, body: bytes, to: Tsk | None = None, by: Tsk | None = None) -> bytes:
        recipient = (to or self.key).extract_certificate()
        return bytes(encrypt(recipients=[recipient], bytes=body, signer=by.signer() if by else None))


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return Secrets(tmp_path)


def encrypted_run(pipeline: Pipeline, given: dict[str, Any], secrets: Secrets, **more: str) -> dict[str, Any]:
    parameters = {"secret_key": str(secrets.directory / "key")} | more
    return pipeline.document(given, tasks={"module": "moving", "task": "Encrypted"}, parameters=parameters)


def test_a_file_goes_through_all_movers_and_is_archived(pipeline: Pipeline, secrets: Secrets) -> None:
    body = secrets.encrypted(gzip.compress(TEXT, mtime=0), by=secrets.signer)
    given = pipeline.put("claims.csv.gz.pgp", body)
    document = encrypted_run(pipeline, given, secrets, signer=str(secrets.directory / "signer"))
    ended = pipeline.start(document).ended()
    assert ended.code == 0, ended.text
    assert pipeline.count() == 40 and pipeline.ledger()[0][0] == given["key"]
    (archived,) = pipeline.objects(f"_cloister/archive/{document['pipeline']}/").items()
    assert archived[0].endswith("/claims.csv.gz.pgp") and archived[1] == body
    made = pipeline.objects(document["work"]["prefix"] + "moved/")
    splits = [
        json.loads(text) for name, text in made.items() if name.startswith("split-") and name.endswith("made.json")
    ]
    assert len(splits[0]["files"]) > 3
    again = pipeline.start(document | {"attempt": 2}).ended()
    assert again.code == 0 and pipeline.count() == 40
    assert pipeline.objects(document["work"]["prefix"] + "moved/").keys() == made.keys()


def test_of_claims_in_several_pieces_the_newest_are_kept(pipeline: Pipeline) -> None:
    """Rows are told apart over all members of a zip file, though each begins at its first line."""
    rows = claims(3, 10)
    later = [row | {"status": "REVERSED", "received_date": "2027-01-01"} for row in rows[:4]]
    body = zipped(written(later).encode(), written(rows).encode(), written(rows[5:]).encode())
    ended = pipeline.run(pipeline.put("claims.zip", body))
    assert (ended.code, ended.message["rowsRead"], ended.message["rowsLoaded"]) == (0, 19, 10)
    assert ended.message["bytesRead"] == len(body)
    assert pipeline.rows("COUNT(*)", "WHERE received_date = '2027-01-01'") == [["4"]]
    assert pipeline.ledger()[0][1:] == ["19", "0", "9", "10"]


@pytest.mark.parametrize(
    ("kind", "code", "says"),
    [
        ("another-key", 50, "damaged, or for another key"),
        ("damaged", 50, "damaged, or for another key"),
        ("unsigned", 50, "or not signed by the declared signer"),
        ("no-key", 30, "the OpenPGP key cannot be read"),
    ],
)
def test_what_cannot_be_decrypted_leaves_nothing(
    pipeline: Pipeline, secrets: Secrets, kind: str, code: int, says: str
) -> None:
    body = secrets.encrypted(gzip.compress(TEXT, mtime=0), to=secrets.other if kind == "another-key" else None)
    if kind == "damaged":
        body = body[: len(body) // 2] + body[len(body) // 2 + 40 :]
    given = pipeline.put("claims.csv.gz.pgp", body)
    more = {"signer": str(secrets.directory / "signer")} if kind == "unsigned" else {}
    if kind == "no-key":
        more = {"secret_key": "/nowhere"}
    document = encrypted_run(pipeline, given, secrets, **more)
    ended = pipeline.start(document).ended()
    assert (ended.code, pipeline.count()) == (code, 0), ended.text
    assert says in ended.message["reason"]
    assert pipeline.objects(document["work"]["prefix"] + "moved/") == {}


def pinned(pipeline: Pipeline, body: bytes) -> S3Object:
    given = pipeline.put("it", body)
    return S3Object.of(given | {"etag": given["etag"].strip('"')})


def test_a_zip_file_is_read_from_s3_by_ranges(pipeline: Pipeline) -> None:
    source = pinned(pipeline, zipped(TEXT, TEXT))
    with opened(pipeline.world.s3, source) as stream:
        assert [inner.read() for inner in decompressed(stream, source.size, Limits())] == [TEXT, TEXT]


def test_a_large_object_is_written_and_copied_in_parts(pipeline: Pipeline) -> None:
    body = bytes(range(256)) * 4096 * 20  # 20 MiB
    with writing(pipeline.world.s3, BUCKET, f"{pipeline.folder}/large", pipeline.world.key) as into:
        for start in range(0, len(body), 3_000_000):
            into.write(body[start : start + 3_000_000])
    source = into.written
    assert source is not None and source.size == len(body) and source.etag.endswith("-3")
    with opened(pipeline.world.s3, source) as stream:
        assert stream.read() == body
    copy(pipeline.world.s3, source, BUCKET, f"{pipeline.folder}/copied", pipeline.world.key, {"a": "b"}, 2**20, 2**23)
    found = pipeline.world.s3.head_object(Bucket=BUCKET, Key=f"{pipeline.folder}/copied")
    assert found["Metadata"] == {"a": "b"} and found["ETag"].endswith('-3"')
    assert pipeline.objects(f"{pipeline.folder}/copied")[""] == body


def test_an_upload_that_breaks_off_leaves_no_object(pipeline: Pipeline) -> None:
    def broken() -> None:
        with writing(pipeline.world.s3, BUCKET, f"{pipeline.folder}/broken", pipeline.world.key) as into:
            into.write(bytes(10 * 1024 * 1024))
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError):
        broken()
    assert pipeline.objects(f"{pipeline.folder}/broken") == {}
    uploads = pipeline.world.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    assert not [each for each in uploads if each["Key"] == f"{pipeline.folder}/broken"]
