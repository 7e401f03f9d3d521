"""The PostgreSQL process: it lives no longer than what started it, and what it held goes with it."""

import time
from pathlib import Path

from aws.conftest import Emulator
from aws.redshift_data_world import Warehouse, make_cluster


def postgres_of(emulator: Emulator) -> list[int]:
    """Processes whose data is in the emulator's directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(emulator.directory).encode() in command and b"postgres" in command:
                found.append(int(entry.name))
    return found


def no_orphan(emulator: Emulator) -> None:
    deadline = time.monotonic() + 10
    while postgres_of(emulator):
        assert time.monotonic() < deadline, "an orphan"
        time.sleep(0.02)


def test_postgresql_and_its_data_end_with_the_emulator(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path)
    assert Warehouse(emulator).rows("SELECT 1") == [["1"]]
    assert postgres_of(emulator)
    assert emulator.stop() == 0
    no_orphan(emulator)
    assert not list((tmp_path / "redshift").glob("*"))


def test_what_a_killed_emulator_leaves_is_no_process_and_nobodys_data(tmp_path: Path) -> None:
    for _ in range(2):
        emulator = Emulator(tmp_path)
        warehouse = Warehouse(emulator)
        assert warehouse.rows("SELECT COUNT(*) FROM pg_tables WHERE tablename = 'first'") == [["0"]]
        warehouse.sql("CREATE TABLE first (a int)")
        emulator.process.kill()
        emulator.process.wait(20)
        no_orphan(emulator)
        emulator.port_file.unlink()


def test_clusters_have_nothing_in_common(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE USER only_here PASSWORD DISABLE")
    make_cluster(warehouse.aws, "second", "boss", "sales")
    target = {"ClusterIdentifier": "second", "Database": "sales", "DbUser": "boss"}
    found = warehouse.finished("SELECT usename FROM pg_user WHERE usename <> 'rdsdb'", **target)
    assert warehouse.data.get_statement_result(Id=found)["Records"] == [[{"stringValue": "boss"}]]


def test_no_statement_reaches_a_log(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE logged (a int)")
    warehouse.error("INSERT INTO logged VALUES ('confidential')")
    logs = [*warehouse.aws.directory.glob("redshift/*/postgres.log"), *warehouse.aws.directory.glob("*.*")]
    assert len(logs) >= 3
    assert not [log for log in logs if "confidential" in log.read_text()]
