"""OpenPGP decryption by Sequoia, in a process of its own that is fed and read by pipes, so that the clear text is on no
disk. Sequoia gives text out before it has seen all of it: what reads must throw it away unless `decrypted` ends well.

https://www.rfc-editor.org/rfc/rfc9580.html#name-symmetrically-encrypted-and
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cloister_etl.errors import EtlError, Rejected

CHUNK = 1024 * 1024
JOIN = 5  # seconds for a feeder that waits for S3; it is a daemon and holds nothing
NO_KEY, UNDECRYPTABLE = 3, 4


@dataclass(frozen=True, slots=True)
class Keys:
    """Paths that Secrets are mounted at."""

    secret_key: str
    password_file: str = ""
    signer: str = ""  # a certificate; if it is given, the message must be signed by it


class Undecryptable(Rejected):
    pass


@contextmanager
def decrypted(stream: IO[bytes], keys: Keys) -> Iterator[IO[bytes]]:
    command = [sys.executable, "-m", __name__, keys.secret_key, keys.password_file, keys.signer]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdin is not None and child.stdout is not None
    feeder = _Feeder(stream, child.stdin)
    feeder.start()
    try:
        yield child.stdout
        while child.stdout.read(CHUNK):
            pass
        feeder.join()
        _judge(child.wait(), feeder.failure, bool(keys.signer))
    finally:
        child.kill()
        child.wait()
        feeder.join(JOIN)


def _judge(code: int, failure: BaseException | None, signed: bool) -> None:
    if failure is not None:
        raise failure
    if code == NO_KEY:
        raise EtlError("the OpenPGP key cannot be read: see the Secret that is mounted for it and its password")
    if code != 0:
        unsigned = ", or not signed by the declared signer" if signed else ""
        raise Undecryptable(f"an OpenPGP file cannot be decrypted: it is damaged, or for another key{unsigned}")


class _Feeder(threading.Thread):
    def __init__(self, source: IO[bytes], into: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.source, self.into = source, into
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            with self.into:
                while chunk := self.source.read(CHUNK):
                    self.into.write(chunk)
        except BrokenPipeError:
            pass  # the other side has given up and says why itself
        except BaseException as error:
            self.failure = error


def _decrypt(secret_key: str, password_file: str, signer: str) -> int:
    from pysequoia import Cert, Tsk, decrypt_file  # only in the child: those that decrypt nothing need it not

    try:
        password = Path(password_file).read_text().rstrip("\n") if password_file else None
        decryptor = Tsk.from_file(secret_key).decryptor(password)
        certificates = Cert.split_file(signer) if signer else []
    except Exception:
        return NO_KEY
    try:
        found = decrypt_file(
            "/dev/stdin", "/dev/stdout", decryptor=decryptor, store=(lambda _: certificates) if signer else None
        )
    except Exception:
        return UNDECRYPTABLE
    return UNDECRYPTABLE if signer and not found.valid_sigs else 0


if __name__ == "__main__":
    sys.exit(_decrypt(*sys.argv[1:4]))
