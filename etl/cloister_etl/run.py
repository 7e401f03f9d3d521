"""What the operator wants done, as CLOISTER_RUN says it."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from cloister_etl.errors import EtlError
from cloister_etl.fields import Fields, Violation
from cloister_etl.s3.objects import S3Object

NAME = r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"
REGION = r"[a-z]{2}(-[a-z]+)+-[0-9]"
BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
PYTHON = r"[A-Za-z_][A-Za-z0-9_]*"
ROLE_ARN = r"arn:aws[a-z-]*:iam::[0-9]{12}:role/.+"
KEY_ARN = r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+"


class InvalidRun(EtlError):
    def __init__(self, violations: list[Violation]) -> None:
        super().__init__("CLOISTER_RUN: " + "; ".join(f"{each.field}: {each.problem}" for each in violations))
        self.violations = violations


@dataclass(frozen=True, slots=True)
class Interval:
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """Where intermediate files go; the operator hears of no arrival there."""

    bucket: str
    prefix: str


@dataclass(frozen=True, slots=True)
class WarehouseAddress:
    cluster: str
    database: str
    schema: str
    copy_role: str


@dataclass(frozen=True, slots=True)
class Run:
    tenant: str
    pipeline: str
    run: str
    attempt: int
    region: str
    module: str
    task: str
    work: Work
    key_arn: str
    interval: Interval | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    inputs: tuple[S3Object, ...] = ()
    warehouse: WarehouseAddress | None = None
    lineage_namespace: str | None = None


def parse(text: str | None) -> Run:
    """Fields that this version does not know are left alone, since the operator may be newer."""
    if not text:
        raise InvalidRun([Violation("CLOISTER_RUN", "is not set; it holds the run as a JSON object")])
    try:
        document = json.loads(text)
    except ValueError:
        raise InvalidRun([Violation("CLOISTER_RUN", "is not JSON")]) from None
    if not isinstance(document, dict):
        raise InvalidRun([Violation("CLOISTER_RUN", "must be a JSON object")])
    fields = Fields(document)
    run = _run(fields)
    if fields.violations:
        raise InvalidRun(fields.violations)
    return run


def _run(fields: Fields) -> Run:
    tasks, work = fields.within("tasks"), fields.within("work")
    lineage = fields.within("lineage", optional=True)
    return Run(
        tenant=fields.text("tenant", NAME),
        pipeline=fields.text("pipeline", NAME),
        run=fields.text("run", NAME),
        attempt=fields.integer("attempt", least=1),
        region=fields.text("region", REGION),
        module=tasks.text("module", rf"{PYTHON}(\.{PYTHON})*"),
        task=tasks.text("task", PYTHON),
        work=Work(work.text("bucket", BUCKET), work.text("prefix", r"_cloister/(.*[^/])/")),
        key_arn=fields.text("keyArn", KEY_ARN),
        interval=_interval(fields.within("interval", optional=True)),
        parameters=fields.texts("parameters"),
        inputs=_inputs(fields),
        warehouse=_warehouse(fields.within("warehouse", optional=True)),
        lineage_namespace=lineage.text("namespace") if lineage else None,
    )


def _interval(fields: Fields) -> Interval | None:
    if not fields:
        return None
    before = len(fields.violations)
    start, end = fields.time("start"), fields.time("end")
    if end <= start and len(fields.violations) == before:
        fields.wrong("end", "must be after start")
    return Interval(start, end)


def _inputs(fields: Fields) -> tuple[S3Object, ...]:
    found = [
        S3Object(
            bucket=each.text("bucket", BUCKET),
            key=each.text("key"),
            version_id=each.text("versionId"),
            etag=each.text("etag").strip('"'),
            size=each.integer("size", least=0),
        )
        for each in fields.each("inputs")
    ]
    return tuple(dict.fromkeys(found))  # what was announced twice is one file


def _warehouse(fields: Fields) -> WarehouseAddress | None:
    if not fields:
        return None
    return WarehouseAddress(
        cluster=fields.text("cluster"),
        database=fields.text("database"),
        schema=fields.text("schema"),
        copy_role=fields.text("copyRole", ROLE_ARN),
    )
