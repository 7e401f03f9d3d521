"""From the client's upload to rows in the warehouse, with real nodes, Jobs and Luigi: once, whatever is killed."""

import gzip
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from claims.generate import claims, written

from e2e.careless import Target
from e2e.kinds import Object
from e2e.nodes import emulator
from e2e.waiting import until
from e2e.world import EXAMPLES, World, running_world
from local.workers import environment

TENANT, BUCKET, PIPELINE = "acme-health", "landing", "load-claims"
PATIENCE = 40.0
_NUMBERS = count(1)
ROWS = 200


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(Path(tmp_path_factory.mktemp("load")), sweep_seconds=5, nodes=True) as world:
        world.onboard(environment(world.platform.control_plane))
        world.onboard(yaml.safe_load((EXAMPLES / "acme-health.yaml").read_text()), timeout=PATIENCE)
        yield world


@pytest.fixture
def world(site: World) -> Iterator[World]:
    yield site
    assert site.calls.violations() == []
    site.operator.check_log()


@pytest.fixture
def client(world: World) -> "Client":
    return Client(world)


class Client:
    """Uploads files, each with claims of its own."""

    def __init__(self, world: World) -> None:
        self.target = Target.of(world, TENANT, BUCKET)
        self.before = self.rows()

    def upload(self, rows: int = ROWS) -> str:
        number = next(_NUMBERS)
        body = gzip.compress(written(claims(seed=number, rows=rows, first=number * 100_000)).encode())
        key = f"{TENANT}/upload-{number}/claims.csv.gz"
        self.target.upload(key, body)
        # As the upload API does once an upload is complete.
        self.target.upload(f"{TENANT}/upload-{number}/_manifest.json", b"{}")
        return key

    def rows(self) -> int:
        return int(self.target.sql("SELECT count(*) FROM claims.medical_claims")[0][0])

    def gained(self) -> int:
        return self.rows() - self.before

    def ledger(self, key: str) -> list[list[Any]]:
        """What was loaded of a file, one line each time."""
        return self.target.sql(f"SELECT rows_loaded FROM claims.load_ledger WHERE object_key = '{key}'")

    def active(self, key: str) -> str:
        """The run that has this file, once it is begun."""

        def there(found: Object | None) -> bool:
            return bool(_with(found, key))

        return str(_with(self.target.cluster.wait("EtlPipeline", PIPELINE, there, TENANT, PATIENCE), key)[0]["id"])

    def loaded(self, key: str) -> Object:
        """Waits until the file is in the ledger and no run is under way; the pipeline's status."""
        until(f"{key} is loaded", lambda: self.ledger(key), timeout=PATIENCE)

        def rests(found: Object | None) -> bool:
            status = (found or {}).get("status", {})
            return (status.get("active"), status.get("queued")) == (0, 0)

        found = self.target.cluster.wait("EtlPipeline", PIPELINE, rests, TENANT, PATIENCE)
        status: Object = (found or {})["status"]
        return status

    def worker(self) -> Object:
        """The pod of a run, once it runs."""

        def running() -> list[Object]:
            return [p for p in self.target.cluster.every("Pod", TENANT) if p["status"]["phase"] == "Running"]

        return until("a worker runs", running, timeout=PATIENCE)[0]


def _with(pipeline: Object | None, key: str) -> list[Object]:
    """Only runs that are not done tell their files."""
    runs: list[Object] = (pipeline or {}).get("status", {}).get("runs", [])
    return [run for run in runs if run["state"] == "Active" and key in [each["key"] for each in run.get("inputs", [])]]


def test_a_file_is_loaded_once_however_often_and_late_it_is_announced(world: World, client: Client) -> None:
    url = client.target.aws.sqs.get_queue_url(QueueName=client.target.queue_name)["QueueUrl"]
    first, second = client.upload(), client.upload()
    for key in (first, second):
        client.loaded(key)
    repeated = emulator(world, "POST", "/s3/repeat", {"keys": [second, first, second, first, first]})
    assert repeated == {"repeated": 5}
    third = client.upload()
    client.loaded(third)
    until("the queue is empty", lambda: _depth(client, url), lambda depth: depth == 0, timeout=PATIENCE)
    for key in (first, second, third):
        assert client.ledger(key) == [[str(ROWS)]]
    assert client.gained() == 3 * ROWS


def _depth(client: Client, url: str) -> int:
    names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = client.target.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, found.values()))


def _kill_operator(world: World, worker: Object) -> None:
    world.operator.kill()
    world.operator.restart()


def _terminate_node(world: World, worker: Object) -> None:
    node = world.cluster.get("Node", worker["spec"]["nodeName"])
    ec2: Any = world.aws.ec2
    ec2.terminate_instances(InstanceIds=[node["spec"]["providerID"].rpartition("/")[2]])


def _delete_pod(world: World, worker: Object) -> None:
    world.cluster.delete("Pod", worker["metadata"]["name"], TENANT)


@pytest.mark.parametrize("accident", [_kill_operator, _terminate_node, _delete_pod])
def test_whatever_ends_in_the_middle_of_a_run_its_rows_are_there_once(
    world: World, client: Client, accident: Callable[[World, Object], None]
) -> None:
    key = client.upload(rows=5_000)
    run = client.active(key)
    accident(world, client.worker())
    status = client.loaded(key)
    assert client.ledger(key) == [["5000"]]
    assert client.gained() == 5_000
    (ended,) = [each for each in status["runs"] if each["id"] == run]
    assert ended["state"] == "Succeeded"
    print(f"\n{accident.__name__}: {ended['attempt']} attempts")
