"""Many files for one pipeline at once: they queue and drain in order, within its limits, each once."""

import time
from itertools import pairwise
from typing import Any

from bench import audit, fleet
from bench.table import say, title
from e2e.careless import Target
from e2e.kinds import Object
from e2e.manifests import pipeline
from e2e.world import World

FILES, ACTIVE = 500, 10
_MOST_PENDING = 200
_NAME = "burst"


def burst(world: World, tenant: str) -> None:
    title(f"Burst: {FILES} files for one pipeline with maxActive {ACTIVE} and a file in each run")
    trigger = {"arrival": {"bucket": fleet.BUCKET, "prefix": "burst/", "maxFiles": 1}}
    limits = {"concurrency": "Allow", "maxActive": ACTIVE, "resources": {"cpu": "100m", "memory": "128Mi"}}
    world.cluster.apply(pipeline(_NAME, tenant, fleet.BUCKET, trigger=trigger, **limits))
    world.cluster.wait_ready("EtlPipeline", _NAME, tenant)
    target = Target.of(world, tenant, fleet.BUCKET)
    began = time.time()
    _upload(target)
    say("uploaded within", f"{time.time() - began:.1f} s")
    seen = _watched(world, tenant)
    say("until the last run had ended", f"{time.time() - began:.1f} s")
    _told(world, began, seen)
    say("messages that are left, and dead letters", _left(target), "bar: 0 and 0")


def _upload(target: Target) -> None:
    s3: Any = target.aws.as_role(target.role("uploader")).s3
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": target.key_arn}
    for number in range(FILES):
        s3.put_object(Bucket=target.bucket_name, Key=f"burst/{number:04}.csv", Body=b"none", **encrypted)


def _watched(world: World, tenant: str) -> list[Object]:
    """Every status until all have succeeded."""
    seen: list[Object] = []
    for found in world.cluster.follow("EtlPipeline", _NAME, tenant, timeout=1_800):
        status = (found or {}).get("status", {})
        seen.append(status)
        if status.get("succeeded", 0) >= FILES and status.get("active") == status.get("queued") == 0:
            return seen
    raise TimeoutError(f"{seen[-1].get('succeeded', 0)} of {FILES} runs succeeded")


def _told(world: World, began: float, seen: list[Object]) -> None:
    control_plane = world.platform.control_plane
    starts = [s for s in audit.starts(control_plane, began) if s.pipeline[1] == _NAME]
    ends = audit.ends(control_plane, began)
    keys = [key for start in starts for key in start.keys]
    overtaken = sum(later < earlier for earlier, later in pairwise(keys))
    say("lost", str(FILES - len(set(keys))), "bar: 0")
    say("loaded twice", str(len(keys) - len(set(keys))), "bar: 0")
    say("started before one that came earlier", str(overtaken), "bar: 0")
    say("most Jobs at a time", str(_most_at_once(starts, ends)), f"bar: {ACTIVE}")
    say("most files in status", str(max(len(s.get("pending", [])) for s in seen)), f"bar: {_MOST_PENDING}")


def _most_at_once(starts: list[audit.Start], ends: dict[str, float]) -> int:
    moments = [(start.at, 1) for start in starts] + [(ends[start.job], -1) for start in starts]
    most = now = 0
    for _, change in sorted(moments):
        now += change
        most = max(most, now)
    return most


def _left(target: Target) -> str:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def depth(queue: str) -> int:
        url = target.aws.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found = target.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]  # type: ignore[arg-type]
        return sum(map(int, found.values()))

    return f"{depth(target.queue_name)}, {depth(f'{target.queue_name}-dlq')}"
