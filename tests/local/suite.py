"""Runs the tests; the files of the few that fail are run once more, alone on the machine and each in a new world.

Hundreds of tests share two cores with whole control planes, and one may run out of time. Who fails twice, fails; who
does not is named, and counted as failed at first.
"""

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

# More is no accident.
_MOST = 4
_TESTS_FAILED = 1


def main() -> int:
    options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        code = _pytest(f"--junitxml={report}", *options)
        if code != _TESTS_FAILED:
            return code
        failed = _failed(report)
    if len(failed) > _MOST:
        return code
    files = sorted({_file(name) for name, _ in failed})
    print(f"\n{len(failed)} failed; their files once more: {' '.join(files)}", flush=True)
    # Without a summary, which would be counted.
    if _pytest("-q", "--numprocesses=0", *files) != 0:
        return code
    for module, test in failed:
        print(f"failed at first, passed when run again: {_file(module)}::{test}")
    return 0


def _pytest(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


def _failed(report: Path) -> list[tuple[str, str]]:
    cases = ElementTree.parse(report).iter("testcase")
    return [
        (case.attrib["classname"], case.attrib["name"])
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    ]


def _file(module: str) -> str:
    return module.replace(".", "/") + ".py"


if __name__ == "__main__":
    sys.exit(main())
