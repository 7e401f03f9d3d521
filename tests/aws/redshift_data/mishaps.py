"""What befalls SQL statements while they are performed, as rules of `faults.py` say."""

from aws.faults import FAULTS, Rule, kill
from aws.redshift_data.records import Statement
from aws.redshift_data.size import check_size
from redshift.errors import SqlError
from redshift.result import Result
from redshift.session import Session

CANCELLED = "Query cancelled on user's request"


class Mishaps:
    """Of one request. Asked around each of its SQL statements, before that is committed."""

    def __init__(self, statement: Statement, session: Session) -> None:
        self.statement = statement
        self.session = session
        self.hit: list[Rule] = []

    def before(self, sql: str) -> None:
        facts = {"account": self.statement.account, "resource": self.statement.cluster, "sql": sql}
        self.hit = FAULTS.match_sql(facts)
        for rule in self.hit:
            if rule.kind == "refuse":
                raise SqlError(rule.settings["message"], "XX000")

    def after(self, result: Result) -> None:
        check_size(result)
        kinds = {rule.kind: rule for rule in self.hit}
        if "kill" in kinds:
            kill(kinds["kill"])
        if "disconnect" in kinds:
            self.session.lose()
        if "abort" in kinds:
            self.statement.cancelled.set()
            raise SqlError(CANCELLED, "57014")
