"""The tasks that take a run's files into a table of the warehouse, each once."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import ClassVar, cast

import luigi

from cloister_etl import session
from cloister_etl.clean import Cleaning, Threshold
from cloister_etl.errors import EtlError, Rejected
from cloister_etl.log import Log
from cloister_etl.movers.archive import Archive
from cloister_etl.movers.tasks import PinnedInput
from cloister_etl.parameters import ValueParameter
from cloister_etl.quarantine import set_aside
from cloister_etl.rows.schema import Form, RowSchema
from cloister_etl.s3.objects import S3Object
from cloister_etl.session import Session
from cloister_etl.targets import Files, LedgerTarget, RecordTarget, noted
from cloister_etl.warehouse.data_api import StepRefused, Unanswered
from cloister_etl.warehouse.ledger import Entry
from cloister_etl.warehouse.load import INSERT, NEW, RECONCILE, REPLACED, Cleaned, steps

TRIES = 4  # of the transaction, where others' transactions or a lost answer get in its way
log = Log("load")


class NotReconciled(EtlError):
    pass


@dataclass(frozen=True, slots=True)
class Plan:
    table: str
    schema: RowSchema
    form: Form
    threshold: Threshold


class CleanFile(luigi.Task):
    plan = ValueParameter[Plan]()
    file = ValueParameter[S3Object]()
    prepared = ValueParameter[luigi.Task]()

    def requires(self) -> luigi.Task:
        return self.prepared

    def output(self) -> RecordTarget:
        digest = self.task_id.rpartition("_")[2]  # of all parameters: another plan cleans anew
        return RecordTarget(session.current().work_key("clean", self.file.id, f"{digest}.json"))

    def run(self) -> None:
        now = session.current()
        cleaning = Cleaning(now, self.file, self.plan.schema, self.plan.form, self.plan.threshold)
        try:
            cleaned = cleaning.perform(cast(Files, self.input()).files())
        except Rejected as rejected:
            set_aside(now, self.file, rejected)
            raise
        self.output().write(asdict(cleaned))


class LoadFile(luigi.Task):
    plan = ValueParameter[Plan]()
    file = ValueParameter[S3Object]()
    prepared = ValueParameter[luigi.Task]()

    def requires(self) -> CleanFile:
        return CleanFile(plan=self.plan, file=self.file, prepared=self.prepared)

    def output(self) -> LedgerTarget:
        return LedgerTarget(self.file)

    def run(self) -> None:
        load(session.current(), self.plan, self.file, Cleaned(**self.requires().output().read()))


class LoadInputs(luigi.WrapperTask):
    """All files of the run into one table. A pipeline is a subclass that says which table and which rows."""

    table: ClassVar[str]
    schema: ClassVar[RowSchema]
    archive: ClassVar[bool] = False
    needs_warehouse: ClassVar[bool] = True
    max_rejected_share = luigi.FloatParameter(default=0.01, description="of a file's rows, beyond which it is rejected")

    def prepared(self, file: S3Object) -> luigi.Task:
        """What makes a file ready to be read; movers go in here."""
        return PinnedInput(file=file)

    def form(self) -> Form:
        """How the files are written."""
        return Form()

    def plan(self) -> Plan:
        return Plan(self.table, self.schema, self.form(), Threshold(self.max_rejected_share))

    def requires(self) -> Iterator[luigi.Task]:
        now = session.current()
        _look_up(now)
        for file in now.run.inputs:
            loaded = LoadFile(plan=self.plan(), file=file, prepared=self.prepared(file))
            yield Archive(file=file, after=loaded) if self.archive else loaded


@noted
def _look_up(now: Session) -> None:
    now.ledger.ask(file for file in now.run.inputs if file.id not in now.ledger.found)


def load(now: Session, plan: Plan, file: S3Object, cleaned: Cleaned) -> None:
    """What was not answered may have been done, or be done yet: the ledger is asked, and the same request with the same
    token is the same statement. Should it be run twice all the same, the second finds the first in the ledger."""
    token = uuid.uuid4().hex
    for tried in range(TRIES):
        stages = steps(now.run, plan.table, plan.schema, file, cleaned, token)
        try:
            affected = now.warehouse.transaction(stages, token)
        except Unanswered:
            log.warning("not_answered", file=file.id, tries=tried + 1)
            now.ledger.forget(file)
            if now.ledger.entry(file) is not None:
                return
            continue
        except StepRefused as refused:
            if refused.step == NEW and refused.kind == "DoesNotHold":
                log.info("already_loaded", file=file.id)
                now.ledger.forget(file)
                return
            if refused.kind == "Conflict" and tried + 1 < TRIES:
                token = uuid.uuid4().hex
                time.sleep(0.2 * 2**tried)
                continue
            raise _explained(refused, plan) from None
        names = [stage.name for stage in stages]
        loaded = affected[names.index(INSERT)] if INSERT in names else 0
        now.ledger.found[file.id] = Entry(now.run.run, file.size, cleaned.rows_read, cleaned.rows_rejected, loaded)
        log.info("loaded", file=file.id, rows_loaded=loaded, rows_superseded=cleaned.rows_clean - loaded,
                 rows_read=cleaned.rows_read, rows_rejected=cleaned.rows_rejected)  # fmt: skip
        return
    raise Unanswered(f"the warehouse did not answer {TRIES} times")


def _explained(refused: StepRefused, plan: Plan) -> EtlError:
    if refused.kind == "DoesNotHold" and refused.step == RECONCILE:
        return NotReconciled("COPY loaded another number of rows than were clean; nothing was kept")
    if refused.kind == "DoesNotHold" and refused.step == REPLACED:
        return NotReconciled(f"the table {plan.table} did not hold the rows of the file after they were inserted; "
                             "nothing was kept")  # fmt: skip
    return refused
