"""One PostgreSQL process, which holds one cluster's data and dies with us."""

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from redshift import postgres, template

SETTINGS = {
    "fsync": "off",  # nothing here outlives the process
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "TimeZone": "UTC",
    "client_min_messages": "error",
    "row_security": "on",
    "max_prepared_transactions": "0",
    "log_min_messages": "fatal",  # a statement's text must not land in a file
    "log_min_error_statement": "panic",
}
START_TIMEOUT = 20.0
SOCKET, LONGEST_SOCKET = ".s.PGSQL.5432.lock", 107  # bytes that the path of a socket may have


class Server:
    """To be started from a thread that lasts: Linux takes its end for the death of the process's parent."""

    def __init__(self, directory: Path, restored: Path | None = None) -> None:
        self.directory = directory
        self.source = restored  # what it begins as a copy of; an empty cluster where there is none
        self.data = directory / "data"
        self.sockets: Path | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        if len(str(self.directory / SOCKET).encode()) < LONGEST_SOCKET:
            self.sockets = self.directory
        else:
            self.sockets = Path(tempfile.mkdtemp(prefix="cloister-redshift-"))
        postgres.give_away(self.sockets)
        # cp keeps the owner, whom PostgreSQL insists on.
        source = self.source or template.directory()
        subprocess.run(["cp", "-a", str(source), str(self.data)], check=True)
        options = [f"--{name.replace('_', '-')}={value}" for name, value in SETTINGS.items()]
        # SIGQUIT when we die, so that it takes its children along at once.
        command = [*postgres.unprivileged("--pdeathsig", "QUIT"), postgres.program("postgres"), "-D", str(self.data)]
        with (self.directory / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "-k", str(self.sockets), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                self.connect(template.TEMPLATE_DATABASE).close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return

    def copy(self, into: Path) -> None:
        """All that is committed. PostgreSQL may write meanwhile."""
        into.mkdir(parents=True)
        into.chmod(0o700)
        postgres.give_away(into)
        where = ["-h", str(self.sockets), "-U", postgres.SUPERUSER, "-D", str(into)]
        postgres.run("pg_basebackup", [*where, "--checkpoint=fast", "--wal-method=fetch", "--no-sync", "--no-manifest"])

    def connect(self, database: str) -> Connection[TupleRow]:
        return psycopg.connect(host=str(self.sockets), user=postgres.SUPERUSER, dbname=database, autocommit=True)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(10)
            self.process = None
        for directory in (self.directory, self.sockets):
            if directory is not None:
                shutil.rmtree(directory, ignore_errors=True)
