"""The data directory that every cluster starts as a copy of: initdb and Redshift's catalog, made once per version."""

import shutil
import subprocess
import tempfile
from importlib import resources
from pathlib import Path

from local.cache import cache_dir, key_of, locked
from redshift import postgres

# Each file stands on those before it.
CATALOG = (
    "names.sql", "attributes.sql", "acl.sql", "pg.sql", "schemas.sql", "tables.sql", "columns.sql", "identities.sql",
    "privileges.sql", "iam.sql", "policies.sql", "materialized.sql", "loads.sql",
)  # fmt: skip
UNNEEDED = """DROP DATABASE postgres;

UPDATE pg_database SET datistemplate = false WHERE datname = 'template0';

DROP DATABASE template0;

"""
TEMPLATE_DATABASE = "template1"  # so that CREATE DATABASE brings the catalog along


def directory() -> Path:
    sources = [(resources.files("redshift") / "catalog" / name).read_text(encoding="utf-8") for name in CATALOG]
    version = subprocess.check_output([postgres.program("postgres"), "--version"])
    home = cache_dir()
    made = home / f"redshift-{key_of(version, *(source.encode() for source in (*sources, UNNEEDED)))}"
    with locked(home / "redshift.lock", "Waiting for another to prepare PostgreSQL."):
        if not made.exists():
            _make(home, made, sources)
    return made


def _make(home: Path, made: Path, sources: list[str]) -> None:
    unfinished = Path(tempfile.mkdtemp(prefix="redshift-unfinished-", dir=home))
    postgres.give_away(unfinished)
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--wal-segsize=1", "--no-instructions"]
    try:
        postgres.run("initdb", ["-D", str(unfinished), "-U", postgres.SUPERUSER, *options])
        single = ["--single", "-j", "-D", str(unfinished), "-c", "fsync=off", TEMPLATE_DATABASE]
        # -j: a statement ends at a semicolon and an empty line.
        postgres.run("postgres", single, "\n\n".join(sources) + "\n\n")
        postgres.run("postgres", [*single[:-1], TEMPLATE_DATABASE], UNNEEDED)
        unfinished.rename(made)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
