"""Luigi, in this process, with a scheduler of its own."""

from dataclasses import dataclass

import luigi
from luigi.configuration import get_config
from luigi.execution_summary import LuigiRunResult, LuigiStatusCode

from cloister_etl import session
from cloister_etl.errors import EtlError, Rejected
from cloister_etl.exit_codes import ExitCode
from cloister_etl.log import Log
from cloister_etl.trace import told

log = Log("tasks")
CODES = {
    LuigiStatusCode.SUCCESS: ExitCode.DONE,
    LuigiStatusCode.SUCCESS_WITH_RETRY: ExitCode.DONE,
    LuigiStatusCode.FAILED: ExitCode.TASK_FAILED,
    LuigiStatusCode.FAILED_AND_SCHEDULING_FAILED: ExitCode.SCHEDULING_ERROR,
    LuigiStatusCode.SCHEDULING_FAILED: ExitCode.SCHEDULING_ERROR,
    LuigiStatusCode.NOT_RUN: ExitCode.NOT_RUN,
    LuigiStatusCode.MISSING_EXT: ExitCode.MISSING_DATA,
}


@dataclass(frozen=True, slots=True)
class Ended:
    code: ExitCode
    reason: str


def perform(task: luigi.Task) -> Ended:
    failures = session.current().troubles

    def noted(failed: luigi.Task, error: BaseException) -> None:
        failures.append(error)
        log.failure("task_failed", error, task=failed.get_task_family())

    for event in (luigi.Event.FAILURE, luigi.Event.BROKEN_TASK):
        luigi.Task.event_handler(event)(noted)
    get_config().set("core", "no_configure_logging", "true")  # it would have a handler of its own
    try:
        result = luigi.build([task], local_scheduler=True, no_lock=True, detailed_summary=True)
    except luigi.interface.PidLockAlreadyTakenExit:
        return Ended(ExitCode.ALREADY_RUNNING, "")
    assert isinstance(result, LuigiRunResult)
    code = CODES[result.status]
    if code == ExitCode.TASK_FAILED and failures and all(isinstance(each, Rejected) for each in failures):
        code = ExitCode.REJECTED  # with a failure of another kind a retry may help, if not with this file
    return Ended(code, _reason(code, failures))


def _reason(code: ExitCode, failures: list[BaseException]) -> str:
    if code == ExitCode.DONE:
        return ""  # whatever was mended by another try
    if failures:
        return "; ".join(dict.fromkeys(reason(each) for each in failures))
    if code == ExitCode.MISSING_DATA:
        return "a version of a file that was announced is no longer there"
    return ""


def reason(error: BaseException) -> str:
    if isinstance(error, EtlError):
        return str(error)
    found = told(error)
    return " ".join([found["error"], *([found["code"]] if "code" in found else []), "at", found["place"]])
