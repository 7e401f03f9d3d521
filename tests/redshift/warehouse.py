"""One cluster: its PostgreSQL, started at the first statement, and its sessions."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from redshift import assume_role
from redshift.errors import LoginRefused
from redshift.names import Names, quote
from redshift.server import Server
from redshift.session import Session
from redshift.template import TEMPLATE_DATABASE

# https://docs.aws.amazon.com/redshift/latest/dg/r_roles-default.html
SYSTEM_ROLES = ("sys:operator", "sys:monitor", "sys:dba", "sys:superuser", "sys:secadmin")


class Warehouse:
    def __init__(self, directory: Path, database: str, administrator: str, restored: Path | None = None) -> None:
        self.server = Server(directory, restored)
        self.database = database
        self.administrator = administrator
        self.starting = threading.Lock()
        self.started = False
        self.stopped = False
        self.is_restored = restored is not None
        self.copies = 0  # under way; no session begins meanwhile
        self.copied = threading.Condition()

    def stop(self) -> None:
        with self.starting:
            self.stopped = True
            self.server.stop()

    def hold(self) -> None:
        """Before `copy`: from here on no statement begins until it is done."""
        with self.copied:
            self.copies += 1

    def copy(self, into: Path) -> None:
        try:
            self.server.copy(into)
        finally:
            with self.copied:
                self.copies -= 1
                self.copied.notify_all()

    def _start(self) -> None:
        with self.starting:
            if self.stopped:
                raise LoginRefused("the cluster is gone")
            if not self.started:
                self.server.start()
                if not self.is_restored:
                    with self.server.connect(TEMPLATE_DATABASE) as connection:
                        for sql in self._first():
                            connection.execute(sql)
                self.started = True

    def _first(self) -> list[str]:
        """What a new cluster has: its administrator, who is a superuser, its database and the roles of the system."""
        names = Names()
        administrator = names.quoted(self.administrator)
        roles = [f"CREATE ROLE {quote(names.identity('role', role))} NOLOGIN" for role in SYSTEM_ROLES]
        return [
            f"CREATE ROLE {administrator} LOGIN SUPERUSER CREATEDB",
            *roles,
            f"CREATE DATABASE {names.quoted(self.database)} OWNER {administrator}",
            *assume_role.at_first(),
        ]

    @contextmanager
    def session(self, database: str, user: str, create: bool = False) -> Iterator[Session]:
        """As a user that exists, or is created at its first login, as those of IAM identities are."""
        self._start()
        with self.copied:
            self.copied.wait_for(lambda: not self.copies)
        names = Names()
        try:
            connection = self.server.connect(names.stored(database))
        except psycopg.OperationalError as error:
            raise LoginRefused(f'FATAL: database "{database}" does not exist') from error
        with connection:
            session = Session(connection, database, user)
            known = session.own("SELECT 1 FROM redshift.identities WHERE kind = 'user' AND name = %s", (user,))
            if not known and not create:
                raise LoginRefused(f'FATAL: password authentication failed for user "{user}"')
            if not known:
                session.own(f"CREATE ROLE {quote(session.names.identity('user', user))} LOGIN")
            session.commit()
            yield session
            session.rollback()
