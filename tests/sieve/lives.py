"""Lives of pipelines, from a file's arrival to the record of its run."""

import itertools
import re
from dataclasses import dataclass, field

from e2e.careless import Target
from e2e.kinds import Object
from e2e.kubelet import Kubelet, instructions
from e2e.manifests import pipeline
from sieve.points import Life, Point
from sieve.rig import SieveRig
from sieve.wire import Message

TENANT, BUCKET = "piper", "landing"
# Of the status, in any life.
_WRITES = 3
_NUMBERS = itertools.count(100)
_CHANGING = re.compile(r"(?<=NAME)[-.][0-9a-z.-]+")


@dataclass
class PipelineLife(Life):
    file: Object = field(default_factory=dict)
    # What workers were told.
    told: list[Object] = field(default_factory=list)

    def kind(self, request: Message) -> str:
        # A name is no beginning of another: all have as many digits.
        if self.name not in request.target and self.name.encode() not in request.body:
            return ""
        return _CHANGING.sub("-*", request.path.replace(self.name, "NAME"))


def is_met_always(point: Point) -> bool:
    """What writes down a run, makes its Job, and says how it ended; of what comes on top two may be one elsewhere."""
    writes = point.method != "GET" and ("/etlpipelines/" in point.path or "/jobs" in point.path)
    return writes and point.nth <= _WRITES


@dataclass
class Lives:
    rig: SieveRig
    target: Target
    kubelet: Kubelet
    all: list[PipelineLife] = field(default_factory=list)

    def begin(self, until: Point | None = None) -> PipelineLife:
        life = PipelineLife(f"life-{next(_NUMBERS)}", until)
        self.all.append(life)
        trigger = {"arrival": {"bucket": BUCKET, "prefix": f"{life.name}/", "suffix": ".csv"}}
        self.rig.world.cluster.apply(pipeline(life.name, TENANT, BUCKET, trigger=trigger))
        return life

    def upload(self, life: PipelineLife) -> None:
        key = f"{life.name}/claims.csv"
        life.file = {"key": key, "versionId": self.target.upload(key, b"PHI")}

    def attend(self) -> None:
        """Runs what waits, and starts the operator again where it has died."""
        if not self.rig.operator_lives:
            self.rig.world.operator.relaunch()
        for life in self.all:
            for pod in self.kubelet.waiting(life.name):
                self.kubelet.take(pod)
                life.told.append(instructions(pod))
                self.kubelet.finish(pod, outcome="done")

    def unfinished(self) -> list[str]:
        """Those without a run that has succeeded and is recorded."""
        self.attend()
        found = {p["metadata"]["name"]: p for p in self.rig.world.cluster.every("EtlPipeline", TENANT)}
        return [life.name for life in self.all if not _is_done(found[life.name])]


def _is_done(pipeline: Object) -> bool:
    runs = pipeline.get("status", {}).get("runs", [])
    return bool(runs) and all(run["state"] == "Succeeded" and run.get("recorded") for run in runs)
