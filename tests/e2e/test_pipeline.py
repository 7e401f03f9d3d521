"""Runs of pipelines on the real Job controller, with arrivals from the real queue. The test plays the node."""

import itertools
import json
from collections.abc import Callable, Iterator

import pytest

from e2e import manifests, rights
from e2e.careless.act import Target
from e2e.kinds import Object, condition
from e2e.kubelet import Kubelet, instructions
from e2e.nodes import emulator
from e2e.waiting import until
from e2e.world import World

TENANT, BUCKET = "piper", "landing"
# Whose queue no stopped operator was listening to: AWS may hide from others what it still had for that one.
UNHEARD = "unheard"
_NAMES = (f"load-{n}" for n in itertools.count())


@pytest.fixture(scope="module")
def tenant(shared_world: World) -> Iterator[Target]:
    shared_world.onboard(manifests.tenant(TENANT, BUCKET, UNHEARD))
    yield Target.of(shared_world, TENANT, BUCKET)
    shared_world.cluster.delete("ClientTenant", TENANT)


@pytest.fixture
def kubelet(world: World, tenant: Target) -> Kubelet:
    return Kubelet(world.cluster, tenant.tenant)


@pytest.fixture
def apply(world: World, tenant: Target) -> Iterator[Callable[..., str]]:
    """Makes a pipeline of a new name and waits until it is ready; it goes at the end, with its Jobs."""
    made: list[str] = []

    def apply(**spec: object) -> str:
        name = next(_NAMES)
        made.append(name)
        world.cluster.apply(manifests.pipeline(name, TENANT, BUCKET, **spec))
        world.cluster.wait_ready("EtlPipeline", name, tenant.tenant)
        return name

    yield apply
    for name in made:
        world.cluster.delete("EtlPipeline", name, tenant.tenant)
        world.cluster.wait_gone("EtlPipeline", name, tenant.tenant)


def _ask(world: World, name: str, annotation: str, value: str) -> None:
    wish = {"metadata": {"annotations": {f"cloister.dev/{annotation}": value}}}
    world.cluster.patch("EtlPipeline", name, wish, TENANT)


def _runs(world: World, name: str, *states: str, count: int = 1) -> list[Object]:
    """Waits for so many runs in these states."""

    def there(found: Object | None) -> bool:
        return len(_of(found, states)) >= count

    return _of(world.cluster.wait("EtlPipeline", name, there, TENANT), states)


def _of(pipeline: Object | None, states: tuple[str, ...]) -> list[Object]:
    runs: list[Object] = (pipeline or {}).get("status", {}).get("runs", [])
    return [run for run in runs if run["state"] in states]


def _upload(tenant: Target, key: str) -> Object:
    return {"key": key, "versionId": tenant.upload(key, b"PHI")}


def _record(tenant: Target, key: str) -> Object:
    """What the operator keeps of a run; it cannot read it itself."""
    etl = tenant.aws.as_role(tenant.role("etl"))
    found: Object = json.loads(etl.s3.get_object(Bucket=tenant.bucket_name, Key=key)["Body"].read())
    return found


def _inputs(pod: Object) -> list[Object]:
    return [{"key": each["key"], "versionId": each["versionId"]} for each in instructions(pod)["inputs"]]


def test_a_run_by_hand_is_told_what_to_do_and_its_result_is_reported(
    world: World, kubelet: Kubelet, tenant: Target, apply: Callable[..., str]
) -> None:
    name = apply(
        parameters=[{"name": "payer", "default": "medicare"}, {"name": "days", "type": "Integer", "default": "7"}]
    )
    _ask(world, name, "run-now", "first payer=medicaid")
    pod = kubelet.next_pod(name)
    told = instructions(pod)
    assert told["parameters"] == {"payer": "medicaid", "days": "7"}
    assert (told["tenant"], told["pipeline"], told["attempt"]) == (TENANT, name, 1)
    assert told["work"] == {"bucket": tenant.bucket_name, "prefix": f"_cloister/{name}/{told['run']}/"}
    assert told["keyArn"] == tenant.key_arn
    assert pod["spec"]["serviceAccountName"] == "etl"
    kubelet.finish(pod, outcome="done", rowsLoaded=12, rowsRead=13, bytesRead=100, reason="Jane Doe")
    (run,) = _runs(world, name, "Succeeded")
    assert run["outcome"]["rowsLoaded"] == 12
    until("it is told", lambda: [e["note"] for e in world.cluster.events(name, "RunSucceeded")])
    metrics = world.operator.metrics()
    assert f'cloister_pipeline_rows_loaded_total{{object="EtlPipeline/{TENANT}/{name}"}} 12' in metrics
    assert "Jane" not in json.dumps(world.cluster.get("EtlPipeline", name, TENANT))
    record = _record(tenant, f"_cloister/runs/{name}/{run['id']}-1-0.json")
    assert record["run"]["outcome"]["rowsLoaded"] == 12
    # The same wish is no second one.
    world.cluster.poke("EtlPipeline", name, TENANT)
    assert len(world.cluster.get("EtlPipeline", name, TENANT)["status"]["runs"]) == 1


def test_a_bad_parameter_is_refused_in_words(world: World, apply: Callable[..., str]) -> None:
    name = apply(parameters=[{"name": "days", "type": "Integer", "default": "7"}])
    _ask(world, name, "run-now", "first days=many")

    def is_told(found: Object | None) -> bool:
        return "parameter days: it is no integer: write one such as 30" in (found or {})["status"]["message"]

    world.cluster.wait("EtlPipeline", name, is_told, TENANT)
    _ask(world, name, "run-now", "first days=30")
    _runs(world, name, "Active")


def test_a_failed_task_is_tried_again_and_rejected_input_is_not(
    world: World, kubelet: Kubelet, apply: Callable[..., str]
) -> None:
    name = apply(retries={"limit": 2, "backoffSeconds": 1, "maxBackoffSeconds": 1})
    _ask(world, name, "run-now", "first")
    kubelet.finish(kubelet.next_pod(name), 30, outcome="task_failed")
    second = kubelet.next_pod(name)
    assert instructions(second)["attempt"] == 2
    kubelet.finish(second, 50, outcome="rejected")
    (run,) = _runs(world, name, "Failed")
    assert (run["attempt"], run["outcome"]["reason"]) == (2, "InputRejected")
    _ask(world, name, "retry-failed", "again")
    third = kubelet.next_pod(name)
    assert instructions(third)["run"] == instructions(second)["run"]
    kubelet.finish(third)
    _runs(world, name, "Succeeded")


def test_a_job_of_its_name_that_is_a_strangers_is_left_and_told_of(
    world: World, kubelet: Kubelet, apply: Callable[..., str]
) -> None:
    name = apply(retries={"limit": 1, "backoffSeconds": 1, "maxBackoffSeconds": 1})
    _ask(world, name, "run-now", "first")
    first = kubelet.next_pod(name)
    taken = f"{name}-{instructions(first)['run']}-2"
    container = {"name": "theirs", "image": "registry.example/theirs"}
    template = {"spec": {"restartPolicy": "Never", "containers": [container]}}
    stranger = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": taken}}
    world.cluster.create(stranger | {"spec": {"suspend": True, "template": template}}, TENANT)
    kubelet.finish(first, 30, outcome="task_failed")
    world.cluster.wait("EtlPipeline", name, lambda found: f"job/{taken}" in (found or {})["status"]["message"], TENANT)
    assert kubelet.waiting(name) == []
    left = world.cluster.get("Job", taken, TENANT)
    assert (left["spec"]["suspend"], left["metadata"]["generation"]) == (True, 1)
    # Once the name is free again, the attempt is made.
    world.cluster.delete("Job", taken, TENANT)
    kubelet.finish(kubelet.next_pod(name))
    _runs(world, name, "Succeeded")


def test_a_file_that_arrives_is_loaded_once_and_its_message_goes(
    world: World, kubelet: Kubelet, tenant: Target, apply: Callable[..., str]
) -> None:
    name = apply(trigger={"arrival": {"bucket": BUCKET, "prefix": "thrice/", "suffix": ".csv"}})
    file = _upload(tenant, "thrice/claims 1.csv")
    _upload(tenant, "thrice/readme.txt")
    pod = kubelet.next_pod(name)
    assert _inputs(pod) == [file]
    kubelet.finish(pod)
    _runs(world, name, "Succeeded")
    _wait_until_empty(tenant)
    status = world.cluster.get("EtlPipeline", name, TENANT)["status"]
    assert (len(status["runs"]), status.get("pending", [])) == (1, [])


def _wait_until_empty(tenant: Target) -> None:
    url = tenant.aws.sqs.get_queue_url(QueueName=tenant.queue_name)["QueueUrl"]

    def left() -> list[str]:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        return list(tenant.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values())  # type: ignore[arg-type]

    until("the queue is empty", left, lambda counts: set(counts) == {"0"})


def test_files_that_arrive_while_the_operator_is_down_are_loaded(
    world: World, kubelet: Kubelet, tenant: Target, apply: Callable[..., str]
) -> None:
    name = apply(trigger={"arrival": {"bucket": BUCKET, "prefix": "down/"}})
    world.operator.stop()
    files = [_upload(tenant, f"down/{n}.csv") for n in range(3)]
    world.operator.restart()
    seen: list[Object] = []
    while len(seen) < len(files):
        pod = kubelet.next_pod(name)
        seen += _inputs(pod)
        kubelet.finish(pod)
    assert sorted(seen, key=lambda file: str(file["key"])) == files


def test_a_file_whose_event_is_missing_is_found_by_the_listing(
    world: World, kubelet: Kubelet, tenant: Target, apply: Callable[..., str]
) -> None:
    name = apply(trigger={"arrival": {"bucket": BUCKET, "prefix": "missing/"}})
    s3 = tenant.aws.s3
    s3.put_bucket_notification_configuration(Bucket=tenant.bucket_name, NotificationConfiguration={})
    file = _upload(tenant, "missing/1.csv")
    pod = kubelet.next_pod(name, timeout=90)
    assert _inputs(pod) == [file]
    kubelet.finish(pod)
    _runs(world, name, "Succeeded")
    world.cluster.wait_ready("IngestBucket", BUCKET, TENANT)


def test_while_its_queue_answers_errors_that_is_said_and_what_arrives_is_loaded_once(
    world: World, kubelet: Kubelet, apply: Callable[..., str]
) -> None:
    tenant = Target.of(world, TENANT, UNHEARD)
    name = apply(trigger={"arrival": {"bucket": UNHEARD, "prefix": "deaf/"}})
    broken = {"service": "sqs", "operation": ["ReceiveMessage", "DeleteMessageBatch"], "kind": "error", "count": -1}
    rule = emulator(world, "POST", "/faults", broken | {"resource": f"*{tenant.queue_name}*"})["id"]

    def is_deaf(found: Object | None) -> bool:
        said = condition(found or {}, "Listening")
        return (said.get("status"), said.get("reason")) == ("False", "QueueUnavailable")

    told = world.cluster.wait("EtlPipeline", name, is_deaf, TENANT)
    assert tenant.queue_name in (told or {})["status"]["message"]
    assert condition(told or {}, "Ready")["status"] == "True"
    files = [_upload(tenant, f"deaf/{n}.csv") for n in range(3)]
    emulator(world, "DELETE", f"/faults?id={rule}")
    seen: list[Object] = []
    while len(seen) < len(files):
        pod = kubelet.next_pod(name, timeout=60)
        seen += _inputs(pod)
        kubelet.finish(pod)
    assert sorted(seen, key=lambda file: str(file["key"])) == files
    world.cluster.wait(
        "EtlPipeline", name, lambda found: condition(found or {}, "Listening")["status"] == "True", TENANT
    )
    _wait_until_empty(tenant)
    status = world.cluster.get("EtlPipeline", name, TENANT)["status"]
    assert sum(run["files"] for run in status["runs"]) == len(files)
    assert status.get("pending", []) == []


def test_killed_between_its_writes_the_operator_neither_loses_nor_doubles_a_run(
    world: World, kubelet: Kubelet, apply: Callable[..., str]
) -> None:
    name = apply(concurrency="Allow", maxActive=5)
    for n in range(5):
        _ask(world, name, "run-now", f"wish-{n}")
        world.operator.kill()
        world.operator.restart()
        _runs(world, name, "Active", "Succeeded", count=n + 1)
    jobs = [j for j in world.cluster.every("Job", TENANT) if j["metadata"]["labels"]["cloister.dev/pipeline"] == name]
    assert len(jobs) == 5
    for _ in jobs:
        kubelet.finish(kubelet.next_pod(name))
    _runs(world, name, "Succeeded", count=5)


def test_a_backfill_runs_its_slots_in_order(world: World, kubelet: Kubelet, apply: Callable[..., str]) -> None:
    backfill = {"name": "january", "from": "2026-01-01T00:00:00Z", "to": "2026-01-03T00:00:00Z"}
    schedule = {"cron": "0 0 * * *", "timeZone": "America/New_York"}
    name = apply(trigger={"schedule": schedule}, backfill=backfill)
    ends = []
    for _ in range(2):
        pod = kubelet.next_pod(name)
        ends.append(instructions(pod)["interval"]["end"])
        kubelet.finish(pod)
    assert ends == ["2026-01-01T05:00:00Z", "2026-01-02T05:00:00Z"]

    def is_complete(found: Object | None) -> bool:
        progress = (found or {})["status"].get("backfill", {})
        return bool(progress.get("complete")) and progress.get("succeeded") == 2

    world.cluster.wait("EtlPipeline", name, is_complete, TENANT)


def test_a_pipeline_follows_another(world: World, kubelet: Kubelet, apply: Callable[..., str]) -> None:
    first = apply()
    second = apply(trigger={"upstream": {"pipeline": first}})
    _ask(world, first, "run-now", "once")
    kubelet.finish(kubelet.next_pod(first))
    kubelet.finish(kubelet.next_pod(second))
    _runs(world, second, "Succeeded")


def test_the_rights_that_this_file_claims_are_used(world: World) -> None:
    assert rights.unused(__file__, world.platform.control_plane.audit()) == set()
