"""One run from its description to its outcome."""

import os
import signal
import threading
import time
from types import FrameType

import luigi

from cloister_etl import lineage, log, luigi_run, outcome, session
from cloister_etl.errors import Terminated
from cloister_etl.exit_codes import OUTCOMES, ExitCode
from cloister_etl.luigi_run import Ended
from cloister_etl.pipeline import task_of
from cloister_etl.run import InvalidRun, parse
from cloister_etl.session import Session

PROMPTLY = 10.0  # seconds from SIGTERM to the end, whatever hangs
said = log.Log("main")
EVENTS = {ExitCode.DONE: "COMPLETE", ExitCode.TERMINATED: "ABORT"}


def main() -> int:
    log.configure()
    began = time.monotonic()
    try:
        signal.signal(signal.SIGTERM, _terminate)
        run = parse(os.environ.get("CLOISTER_RUN"))
        now = session.begin(run)
        task = task_of(run)
    except InvalidRun as invalid:
        for violation in invalid.violations:
            said.error("invalid_run", field=violation.field, problem=violation.problem)
        return _conclude(None, Ended(ExitCode.INVALID_RUN, str(invalid)))
    except Terminated:
        return _conclude(None, Ended(ExitCode.TERMINATED, "SIGTERM"))
    except Exception as error:
        said.failure("unhandled", error)
        return _conclude(None, Ended(ExitCode.UNHANDLED_EXCEPTION, luigi_run.reason(error)))
    said.info("started", tenant=run.tenant, pipeline=run.pipeline, run=run.run, attempt=run.attempt,
              task=run.task, files=len(run.inputs), bytes=sum(file.size for file in run.inputs))  # fmt: skip
    code = _conclude(now, _performed(now, task))
    said.info("ended", run=run.run, exit_code=code, seconds=round(time.monotonic() - began, 3))
    return code


def _performed(now: Session, task: luigi.Task) -> Ended:
    table = getattr(task, "table", None)
    try:
        lineage.emit(now, "START", table)
        ended = luigi_run.perform(task)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is done is told as done
    except Terminated:
        ended = Ended(ExitCode.TERMINATED, "SIGTERM")
    except Exception as error:
        said.failure("unhandled", error)
        ended = Ended(ExitCode.UNHANDLED_EXCEPTION, luigi_run.reason(error))
    lineage.emit(now, EVENTS.get(ended.code, "FAIL"), table)
    return ended


def _conclude(now: Session | None, ended: Ended) -> int:
    tally = now.tally if now is not None else None
    name = OUTCOMES.get(ended.code)
    if name is None:
        loads = bool(tally and tally.files)
        name = ("Loaded" if tally and tally.loaded_here else "AlreadyLoaded") if loads else "Succeeded"
    counts = {} if tally is None else {
        each: tally.total(each) for each in ("bytes_read", "rows_read", "rows_loaded", "rows_rejected")
    }  # fmt: skip
    outcome.write(outcome.Outcome(name, ended.reason, files=len(tally.files) if tally else 0, **counts))
    return int(ended.code)


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_watch, daemon=True).start()
    raise Terminated


def _watch() -> None:
    """Some of what is below catches everything, and a call may hang."""
    time.sleep(PROMPTLY)
    outcome.write(outcome.Outcome(OUTCOMES[ExitCode.TERMINATED], "SIGTERM"))
    os._exit(ExitCode.TERMINATED)
