"""What strangers, other tenants and careless clients try, and how each must be refused."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from joserfc import jwt
from joserfc.jwk import OctKey

from e2e.loopback import HTTP
from upload.api.caller import Json, Upload, claims, device_login, signed
from upload.api.scene import PHI, Scene

OPEN = {"tenant": "acme", "bucket": "landing"}
UNKNOWN = "a" * 26
ZERO = "AAAAAAAAAAA="


@dataclass(frozen=True)
class Case:
    name: str
    act: Callable[[Scene], requests.Response]
    status: int
    reason: str
    # What the record must name.
    about: tuple[str, ...] = ()


def by_token(make: Callable[[Scene], str]) -> Callable[[Scene], requests.Response]:
    return lambda scene: scene.caller(make(scene)).ask("POST", "/v1/uploads", json=OPEN)


def by_header(header: str | None) -> Callable[[Scene], requests.Response]:
    headers = {} if header is None else {"Authorization": header}
    return lambda scene: HTTP.post(f"{scene.api.url}/v1/uploads", json=OPEN, headers=headers, timeout=10)


def _encoded(part: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _unsigned(scene: Scene) -> str:
    return f"{_encoded({'alg': 'none', 'typ': 'at+jwt'})}.{_encoded(claims(scene.provider))}."


def _with_public_key_as_secret(scene: Scene) -> str:
    published = HTTP.get(f"{scene.provider.issuer}/jwks", timeout=10).json()["keys"][0]
    secret = OctKey.import_key(published["n"])
    return jwt.encode({"alg": "HS256", "kid": published["kid"]}, claims(scene.provider), secret)


def _tampered(scene: Scene) -> str:
    head, _, signature = signed(scene.provider, groups=["nobody"]).split(".")
    return f"{head}.{_encoded(claims(scene.provider))}.{signature}"


def _of_another_service(scene: Scene) -> str:
    told = {"grant_type": "client_credentials", "scope": "upload", "resource": "urn:cloister:other"}
    login = ("acme-batch", scene.provider.services["acme-batch"])
    answer = HTTP.post(f"{scene.provider.issuer}/token", data=told, auth=login, timeout=10)
    token: str = answer.json()["access_token"]
    return token


def forged(**more: Any) -> Callable[[Scene], requests.Response]:
    return by_token(lambda scene: signed(scene.provider, **more))


TOKENS = [
    Case("without a token", by_header(None), 401, "token-missing"),
    Case("with a password", by_header("Basic YW5uOmFubg=="), 401, "token-missing"),
    Case("with an empty token", by_header("Bearer  "), 401, "token-missing"),
    Case("with words", by_header("Bearer open sesame"), 401, "token-invalid"),
    Case("with no signature (alg none)", by_token(_unsigned), 401, "token-invalid"),
    Case("signed by the public key as a secret", by_token(_with_public_key_as_secret), 401, "token-invalid"),
    Case("signed by a stranger under a known key's name", forged(stranger=True), 401, "token-invalid"),
    Case("signed by a key that nobody knows", forged(stranger=True, header={"kid": "mine"}), 401, "token-invalid"),
    Case("with the key in the token", forged(header={"jwk": {"kty": "RSA"}, "kid": "x"}), 401, "token-invalid"),
    Case("changed after it was signed", by_token(_tampered), 401, "token-invalid"),
    Case("with an extension that must be understood", forged(header={"crit": ["exp"]}), 401, "token-invalid"),
    Case("of another kind", forged(header={"typ": "logout+jwt"}), 401, "token-invalid"),
    Case("expired", forged(exp=int(time.time()) - 300), 401, "token-expired"),
    Case("that never expires", forged(exp=None), 401, "token-invalid"),
    Case("of tomorrow", forged(nbf=int(time.time()) + 86400), 401, "token-invalid"),
    Case("of nobody", forged(sub=None), 401, "token-invalid"),
    Case("of an empty name", forged(sub=""), 401, "token-invalid"),
    Case("for another service", by_token(_of_another_service), 401, "token-audience"),
    Case("that is an ID token", by_token(lambda s: device_login(s.provider, "ann")["id_token"]), 401, "token-audience"),
    Case("of another issuer", forged(iss="https://idp.example"), 401, "token-issuer"),
    Case(
        "without a second factor",
        by_token(lambda s: device_login(s.provider, "nomfa")["access_token"]),
        401,
        "no-multi-factor",
    ),
    Case("with MFA in the wrong claim", forged(amr=["pwd"], mfa=True, acr="mfa"), 401, "no-multi-factor"),
    Case("as long as a book", forged(note="x" * 15000), 401, "token-invalid"),
]  # fmt: skip


def ask_to_open(**body: Any) -> Callable[[Scene], requests.Response]:
    return lambda scene: scene.ann.ask("POST", "/v1/uploads", json={**OPEN, **body})


def send(body: bytes, kind: str = "application/json") -> Callable[[Scene], requests.Response]:
    headers = {"Content-Type": kind}
    return lambda scene: scene.ann.ask("POST", "/v1/uploads", data=body, headers=headers)


PLACES = [
    Case("another tenant's bucket", ask_to_open(tenant="beta"), 403, "not-allowed", ("beta", "landing")),
    Case("a tenant that there is not", ask_to_open(tenant="gamma"), 403, "not-allowed", ("gamma", "landing")),
    Case("a bucket that names no group", ask_to_open(bucket="closed"), 403, "not-allowed", ("acme", "closed")),
    Case(
        "by a group that only sounds alike",
        by_token(lambda s: signed(s.provider, groups=["ACME-uploaders", "acme-uploaders ", "acme-uploader"])),
        403,
        "not-allowed",
    ),
    Case("by a person without groups", by_token(lambda s: signed(s.provider, groups=None)), 403, "not-allowed"),
    Case("for twelve hours", ask_to_open(durationSeconds=43200), 422, "invalid"),
    Case("for a minute", ask_to_open(durationSeconds=60), 422, "invalid"),
    Case("for a text", ask_to_open(durationSeconds="3600"), 422, "invalid"),
    Case("for half a second more", ask_to_open(durationSeconds=900.5), 422, "invalid"),
    Case("under a prefix of one's own", ask_to_open(prefix="beta/"), 422, "invalid"),
    Case("with a path for a tenant", ask_to_open(tenant="../beta"), 422, "invalid"),
    Case("with a wildcard for a tenant", ask_to_open(tenant="*"), 422, "invalid"),
    Case("with a line break in a name", ask_to_open(tenant=f"acme\n{PHI}"), 422, "invalid"),
    Case("with a list for a bucket", ask_to_open(bucket=["landing"]), 422, "invalid"),
    Case("with half of a document", send(b'{"tenant": "acme"'), 400, "malformed"),
    Case("with bytes that are no text", send(b"\xff\xfe{}"), 400, "malformed"),
    Case("with a list", send(b"[]"), 422, "invalid"),
    Case("with nothing", send(b""), 400, "malformed"),
    Case("with very deep brackets", send(b'{"tenant": ' + b"[" * 4000), 400, "malformed"),
    Case("with a form", send(b"tenant=acme", "application/x-www-form-urlencoded"), 415, "not-json"),
    Case("with more than 4 KiB", send(b'{"tenant": "' + b"a" * 5000 + b'"}'), 413, "too-large"),
    Case("by another method", lambda s: s.ann.ask("PUT", "/v1/uploads", json=OPEN), 405, "method-not-allowed"),
    Case("at another path", lambda s: s.ann.ask("GET", "/v1/admin"), 404, "no-such-path"),
    Case("by a query that is not known", lambda s: s.ann.ask("GET", "/v1/uploads?user=bob"), 422, "invalid"),
    Case("by a limit without end", lambda s: s.ann.ask("GET", "/v1/uploads?limit=0"), 422, "invalid"),
]  # fmt: skip


def bob_on_anns(method: str, end: str = "", body: Any = None) -> Callable[[Scene], requests.Response]:
    return lambda scene: scene.bob.ask(method, scene.ann.open().path + end, json=body)


def at_id(name: str) -> Callable[[Scene], requests.Response]:
    return lambda scene: scene.ann.ask("GET", f"/v1/uploads/{name}")


def _one(**more: Any) -> Json:
    usual = {"path": f"{PHI}.csv", "size": 1, "checksumCrc64nvme": ZERO, "versionId": "v1"}
    return usual | more


STOLEN = [
    Case("a stolen id is looked at", bob_on_anns("GET"), 404, "no-such-upload"),
    Case("a stolen id is renewed", bob_on_anns("POST", "/credentials", {}), 404, "no-such-upload"),
    Case("a stolen id is completed", bob_on_anns("POST", "/complete", {"files": [_one()]}), 404, "no-such-upload"),
    Case("a stolen id is aborted", bob_on_anns("DELETE"), 404, "no-such-upload"),
    Case(
        "a stolen id, by a colleague of the same group",
        lambda s: s.caller(signed(s.provider, sub="ann2")).ask("GET", s.ann.open().path),
        404,
        "no-such-upload",
    ),
    Case("a guessed id", at_id(UNKNOWN), 404, "no-such-upload", (UNKNOWN,)),
    Case("an id in upper case", at_id(UNKNOWN.upper()), 404, "no-such-upload"),
    Case("an id that climbs", at_id("..%2F..%2Fbeta"), 404, "no-such-upload"),
    Case("an id with a wildcard", at_id("%2A"), 404, "no-such-upload"),
    Case("an id with a line break", at_id("a%0Ab"), 404, "no-such-upload"),
]  # fmt: skip


def completing(*files: Json, **more: Any) -> Callable[[Scene], requests.Response]:
    def act(scene: Scene) -> requests.Response:
        upload = scene.ann.open()
        return scene.ann.ask("POST", f"{upload.path}/complete", json={"files": list(files), **more})

    return act


def with_one_file(change: Callable[[Upload, Json], list[Json]]) -> Callable[[Scene], requests.Response]:
    def act(scene: Scene) -> requests.Response:
        upload = scene.ann.open()
        said = upload.put(f"{PHI}.csv", b"x" * 10)
        return upload.complete(change(upload, said))

    return act


def named(path: str) -> Callable[[Scene], requests.Response]:
    return completing(_one(path=path))


def _of_another_upload(upload: Upload, said: Json) -> list[Json]:
    return [upload.caller.open().put(f"{PHI}.csv", b"x" * 10)]


def _after_its_end(upload: Upload, said: Json) -> list[Json]:
    assert upload.complete([said]).status_code == 200
    return [said, upload.put("late.csv", b"y")]


def abort_what_is_complete(scene: Scene) -> requests.Response:
    upload = scene.ann.open()
    upload.put("a.csv", b"x")
    assert upload.complete().status_code == 200
    return upload.abort()


LARGE = b'{"files": [' + b" " * (9 << 20) + b"]}"

FILES = [
    Case("a path that climbs", named("../../beta/x.csv"), 422, "invalid"),
    Case("a path from the root", named("/etc/passwd"), 422, "invalid"),
    Case("a path that climbs in the middle", named("a/../../b.csv"), 422, "invalid"),
    Case("a path with an empty name", named("a//b.csv"), 422, "invalid"),
    Case("a path of another system", named("a\\..\\b.csv"), 422, "invalid"),
    Case("a path with a line break", named("a\nb.csv"), 422, "invalid"),
    Case("a path that is shown in another order", named("a\u202evsc.exe"), 422, "invalid"),
    Case("a path too long for S3", named("x" * 1020), 422, "invalid"),
    Case("the manifest's own name", named("_manifest.json"), 422, "invalid"),
    Case("a file twice", completing(_one(), _one()), 422, "invalid"),
    Case("no file", completing(), 422, "invalid"),
    Case("a size below zero", completing(_one(size=-1)), 422, "invalid"),
    Case("a checksum of another kind", completing(_one(checksumCrc64nvme="c2hhMjU2")), 422, "invalid"),
    Case("a field that is not known", completing(_one(), tenant="beta"), 422, "invalid"),
    Case("20,001 files", completing(*(_one(path=f"{n}") for n in range(20_001))), 422, "invalid"),
    Case(
        "more than 8 MiB",
        lambda s: s.ann.ask("POST", f"{s.ann.open().path}/complete", data=LARGE),
        413,
        "too-large",
    ),
    Case("a file that never came", completing(_one()), 409, "files-differ"),
    Case("a file of another upload", with_one_file(_of_another_upload), 409, "files-differ"),
    Case("another size", with_one_file(lambda _, f: [f | {"size": 11}]), 409, "files-differ"),
    Case("another checksum", with_one_file(lambda _, f: [f | {"checksumCrc64nvme": ZERO}]), 409, "files-differ"),
    Case("another version", with_one_file(lambda _, f: [f | {"versionId": "nope"}]), 409, "files-differ"),
    Case("another ETag", with_one_file(lambda _, f: [f | {"etag": '"0"'}]), 409, "files-differ"),
    Case("other files after its end", with_one_file(_after_its_end), 409, "not-open"),
    Case("an end of what is complete", abort_what_is_complete, 409, "not-open"),
]  # fmt: skip

ALL = [*TOKENS, *PLACES, *STOLEN, *FILES]
