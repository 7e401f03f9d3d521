"""The task that a run names, with its parameters, or every reason why there is none."""

import importlib
from typing import Any

import luigi

from cloister_etl.fields import Violation
from cloister_etl.run import InvalidRun, Run


def task_of(run: Run) -> luigi.Task:
    kind = _class(run)
    wrong: list[Violation] = []
    declared: dict[str, Any] = dict(kind.get_params())
    wrong += [
        Violation(
            f"parameters.{name}", f"is no parameter of {run.task}; it has {', '.join(sorted(declared)) or 'none'}"
        )
        for name in sorted(set(run.parameters) - set(declared))
    ]
    values: dict[str, Any] = {}
    for name, parameter in declared.items():
        try:
            if name in run.parameters:
                values[name] = parameter.normalize(parameter.parse(run.parameters[name]))
            elif not parameter.has_task_value(kind.get_task_family(), name):
                wrong.append(Violation(f"parameters.{name}", "is missing"))
        except Exception:  # whatever a parameter's parser raises; its message may hold the value
            wrong.append(Violation(f"parameters.{name}", f"is not what a {type(parameter).__name__} takes"))
    if getattr(kind, "needs_warehouse", False) and run.warehouse is None:
        wrong.append(Violation("warehouse", f"is missing, and {run.task} loads into it"))
    if wrong:
        raise InvalidRun(wrong)
    return kind(**values)


def _class(run: Run) -> type[luigi.Task]:
    try:
        module = importlib.import_module(run.module)
    except ModuleNotFoundError as error:
        if error.name is not None and (run.module == error.name or run.module.startswith(f"{error.name}.")):
            raise InvalidRun([Violation("tasks.module", "is not installed in the image")]) from None
        raise
    kind = getattr(module, run.task, None)
    if not isinstance(kind, type) or not issubclass(kind, luigi.Task):
        raise InvalidRun([Violation("tasks.task", "is no Luigi task of tasks.module")])
    return kind
