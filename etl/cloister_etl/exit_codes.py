"""How the process ends, for the operator to tell a failure that a retry may mend from one that it cannot.

Luigi's own are all 0 unless they are configured. https://luigi.readthedocs.io/en/stable/configuration.html#retcode
"""

from enum import IntEnum


class ExitCode(IntEnum):
    DONE = 0
    ALREADY_RUNNING = 10
    MISSING_DATA = 20
    NOT_RUN = 25
    TASK_FAILED = 30
    SCHEDULING_ERROR = 35
    UNHANDLED_EXCEPTION = 40
    REJECTED = 50
    INVALID_RUN = 64
    TERMINATED = 143  # 128 and the number of SIGTERM, as a shell has it


OUTCOMES = {
    ExitCode.ALREADY_RUNNING: "AlreadyRunning",
    ExitCode.MISSING_DATA: "MissingData",
    ExitCode.NOT_RUN: "NotRun",
    ExitCode.TASK_FAILED: "Failed",
    ExitCode.SCHEDULING_ERROR: "SchedulingError",
    ExitCode.UNHANDLED_EXCEPTION: "Failed",
    ExitCode.REJECTED: "Rejected",
    ExitCode.INVALID_RUN: "InvalidRun",
    ExitCode.TERMINATED: "Terminated",
}
