"""SQL past the Data API, as the cluster's superuser: who is careless in a test, and what a test asserts."""

from typing import TYPE_CHECKING, Any

from redshift.errors import SqlError

if TYPE_CHECKING:
    from redshift.warehouse import Warehouse


def by_hand(warehouse: "Warehouse", database: str | None, sqls: list[str]) -> dict[str, Any]:
    from redshift.runner import run  # only here: the parser and the driver load slowly

    answer: dict[str, Any] = {"columns": [], "rows": [], "results": []}
    with warehouse.session(database or warehouse.database, warehouse.administrator) as session:
        for outcome in run(session, sqls, one_transaction=False):
            if isinstance(outcome, SqlError):
                raise outcome
            if outcome.columns is not None:
                answer |= {"columns": [column.name for column in outcome.columns], "rows": outcome.rows}
                answer["results"].append(outcome.rows)
    return answer
