"""Tasks that end in every way, for the tests of exit codes and of the log."""

import logging
import os
import subprocess
import sys
import time
import warnings

import luigi
from claims import LoadClaims
from cloister_etl import Log

MARKER = "MARKER-4711"


class Succeeds(luigi.Task):
    done = False

    def complete(self) -> bool:
        return self.done

    def run(self) -> None:
        self.done = True


class Fails(luigi.Task):
    """With the marker wherever something may be said."""

    def run(self) -> None:
        print(MARKER)
        sys.stderr.write(MARKER)
        os.write(1, MARKER.encode())
        subprocess.run(["sh", "-c", f"echo {MARKER}; echo {MARKER} >&2"], check=True)
        logging.getLogger("somebody").critical("it is %s", MARKER, exc_info=ValueError(MARKER))
        warnings.warn(MARKER, stacklevel=1)
        try:
            int(MARKER)
        except ValueError as error:
            raise KeyError(MARKER) from error


class Absent(luigi.ExternalTask):
    def complete(self) -> bool:
        return False


class Needs(luigi.Task):
    def requires(self) -> luigi.Task:
        return Absent()


class Broken(luigi.Task):
    def complete(self) -> bool:
        raise RuntimeError(MARKER)


class Sleeps(luigi.Task):
    def complete(self) -> bool:
        return False

    def run(self) -> None:
        Log("odd").info("sleeping")
        time.sleep(60)


class Typed(Succeeds):
    count = luigi.IntParameter()
    day = luigi.DateParameter()
    kind = luigi.ChoiceParameter(choices=["a", "b"], default="a")


class Leaky(LoadClaims):
    """A user's mistake: a row's values in an exception."""

    def prepared(self, file: object) -> luigi.Task:
        raise ValueError(f"{MARKER} {file}")
