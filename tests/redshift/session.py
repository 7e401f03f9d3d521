"""One connection to a cluster's database, acting for one user.

It is PostgreSQL's superuser who connects; what the user asked for is done under SET SESSION AUTHORIZATION, what the
emulator keeps beside it is not, and both are in one transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from redshift.cursor import Relation
from redshift.errors import SqlError, no_such, unsupported
from redshift.names import Names, quote
from redshift.objects import Assume, Objects
from redshift.postgres_errors import from_postgres

Rows = list[TupleRow]


class Session:
    def __init__(self, connection: Connection[TupleRow], database: str, user: str) -> None:
        self.connection = connection
        self.database = database
        self.user = user
        self.names = Names()
        self.block = False  # within BEGIN ... END, or a batch of several statements
        self.open = False  # whether a transaction is
        self.acting: str | None = None
        self.objects: Assume | None = None

    @property
    def pid(self) -> int:
        return self.connection.info.backend_pid

    def begin(self) -> None:
        """A snapshot for all of the transaction, as a new Redshift database has it.

        https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_DATABASE.html, "ISOLATION LEVEL"
        """
        if not self.open:
            self.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            self.open, self.acting = True, None

    def commit(self) -> None:
        self._finish("COMMIT")

    def rollback(self) -> None:
        self._finish("ROLLBACK")

    def _finish(self, how: str) -> None:
        if self.open:
            self.open, self.acting = False, None
            if how == "ROLLBACK" and self.connection.closed:
                return  # PostgreSQL has done it
            with self.errors():
                self.connection.execute(how)

    def lose(self) -> None:
        """The server ends the session, and we learn of it from the next command."""
        self.beside("SELECT pg_terminate_backend(%s, 5000)", (self.pid,))

    def own(self, sql: str, parameters: Sequence[Any] | None = None) -> Rows:
        """As the superuser: catalogs and the emulator's own tables."""
        cursor = self._execute(None, sql, parameters)
        return cursor.fetchall() if cursor.description else []

    def act(self, sql: str, parameters: Sequence[Any] | None = None) -> psycopg.Cursor[TupleRow]:
        """As the user."""
        return self._execute(self.user, sql, parameters)

    def _execute(self, user: str | None, sql: str, parameters: Sequence[Any] | None) -> psycopg.Cursor[TupleRow]:
        self._tell_names()
        self.begin()
        with self.errors():
            if self.acting != user:
                who = "DEFAULT" if user is None else quote(self.names.identity("user", user))
                self.connection.execute(f"SET LOCAL SESSION AUTHORIZATION {who}")
                self.acting = user
            return self.connection.execute(sql, parameters)

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise from_postgres(error) from error

    def _tell_names(self) -> None:
        """Facts rather than state: they are told outside of the transaction, which may be rolled back."""
        if self.names.pending:
            for pair in self.names.pending.items():
                self.beside("INSERT INTO redshift.long_names VALUES (%s, %s) ON CONFLICT DO NOTHING", pair)
            self.names.known.update(self.names.pending)
            self.names.pending.clear()

    def beside(self, sql: str, parameters: Sequence[Any]) -> None:
        """What stays even if the transaction does not."""
        info = self.connection.info
        with psycopg.connect(host=info.host, user=info.user, dbname=info.dbname, autocommit=True) as connection:
            connection.execute(sql, parameters)

    def assume(self, role: str) -> Objects:
        if self.objects is None:
            raise unsupported("COPY and UNLOAD without S3")
        return self.objects(self.user, role)

    @property
    def is_superuser(self) -> bool:
        return bool(self.act("SELECT redshift.is_superuser()").fetchall()[0][0])

    def require_superuser(self, what: str) -> None:
        if not self.is_superuser:
            raise SqlError(f"must be superuser to {what}", "42501")

    def identity(self, kind: str, name: str) -> int:
        """The id of a user, group or role."""
        found = self.own("SELECT id FROM redshift.identities WHERE kind = %s AND name = %s", (kind, name))
        if not found:
            raise no_such(kind, name)
        return int(found[0][0])

    def find(self, relation: Relation) -> int | None:
        """By the user's search path."""
        found = self.act("SELECT to_regclass(%s)::oid", (relation.quoted,)).fetchall()[0][0]
        return int(found) if found is not None else None

    def relid(self, relation: Relation) -> int:
        found = self.find(relation)
        if found is None:
            raise no_such("relation", f"{relation.schema}.{relation.name}" if relation.schema else relation.name)
        return found

    def columns(self, relid: int) -> dict[str, int]:
        """Real names of a relation's columns, with their numbers."""
        found = self.own(
            "SELECT redshift.real_name(attname), attnum FROM pg_attribute"
            " WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            (relid,),
        )
        return dict(found)

    def column(self, relid: int, relation: Relation, name: str) -> int:
        number = self.columns(relid).get(name)
        if number is None:
            raise SqlError(f'column "{name}" of relation "{relation.name}" does not exist', "42703")
        return number

    def resolved(self, relid: int) -> str:
        """A relation's full stored name, which no search path changes."""
        found = self.own(
            "SELECT format('%%I.%%I', n.nspname, c.relname) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = %s",
            (relid,),
        )
        return str(found[0][0])
