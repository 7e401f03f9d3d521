"""The control API under /_emulator: what tests ask of the emulator rather than of AWS. All JSON.

GET    /calls?since=N&service=…&operation=…&account=…   the calls after number N, and the last number
POST   /marker {"text"}                                 a line between calls
POST   /faults {"kind", …}                              see `faults.py`; the same id replaces
GET    /faults                                          rules, with how many calls each saw and hit
DELETE /faults[?id=…]                                   all rules, or one
GET    /violations                                      see `invariants/`; DELETE forgets them
GET    /credentials?account=…&role=…&session=…          a session of any role, `admin` by default; `root` too;
                                                       with &second_factor=N one of which N seconds ago a code was given
POST   /sql {account, region, cluster, database, sql}    rows of the last and of each, as the superuser: who acts
                                                        by hand, who asserts; at once
GET    /statements?since=N                              what clusters were told after number N, without rows' values
POST   /statements {"delay_ms"}                         how long statements wait before they are picked
POST   /redshift {"default", "creating", …}             how many seconds each change of a cluster takes
POST   /redshift/finish?account=…&region=…              ends the changes of clusters there that are under way
POST   /redshift/snapshot {cluster, account, region}    an automated snapshot now, as AWS takes them every eight hours
POST   /redshift/maintenance?account=…&region=…         the maintenance window of all clusters there, now
POST   /kms/shred?account=…&region=…                    what KMS does on the deletion dates of keys there, now
POST   /ec2 {"pending", "shutting-down", …}             how many seconds each change of an instance takes
POST   /ec2/finish?account=…&region=…&instance=…        ends the changes of instances there, or of one
POST   /ec2/forget?account=…&region=…                   terminated instances are shown no more
POST   /ec2/capacity {type, zone, subnet, …}            AWS has none of a type left; DELETE [?type=…] gives it back
POST   /ec2/events {instance, code, seconds}            schedules an event; {instance, "completed": true} ends them
POST   /ec2/terminate {instance, code, message}         as AWS ends an instance, not its owner
POST   /ec2/age {instance, hours}                       it was launched so much earlier
POST   /ec2/stop {instance}                             it is stopped
POST   /ec2/tenancy {tenancy, count}                    the next instances come up with it, whatever was asked
GET    /instances?account=…&region=…&state=…            what a local node agent needs to know of instances
POST   /logs/silence {account, region, group, minutes}  its streams have taken nothing in for so long
POST   /trail {"least", "most", "twice", "lost"}        how late events of calls come, see `trail/feed.py`
POST   /trail/poison {account, region, body}            what is no event, to where its rules send events
POST   /reset                                           everything as after a start, with new credentials
GET    /health
"""

import asyncio
import inspect
import json
import time
from collections.abc import Callable
from typing import Any

from aws import accounts, seed, stores, web_identity
from aws.ec2 import by_hand as instances
from aws.ec2 import capacity, placing
from aws.ec2 import clock as instance_clock
from aws.errors import AwsError
from aws.faults import BadRule
from aws.front import Front
from aws.kms.clock import shred
from aws.logs.streams import silence
from aws.message import Request, Response
from aws.principals import PRINCIPALS
from aws.redshift import backup, clock, states
from aws.redshift.records import Region
from aws.redshift_data.by_hand import by_hand
from aws.redshift_data.clusters import CLUSTERS
from aws.redshift_data.records import STATEMENTS
from aws.s3 import events
from aws.sts import root_of, session_of
from aws.trail.feed import FEED
from redshift.errors import LoginRefused, SqlError

PREFIX = "/_emulator"


class Refused(ValueError):
    pass


class Control:
    def __init__(self, front: Front) -> None:
        self.front = front
        self.routes: dict[tuple[str, str], Callable[[dict[str, str], Any], Any]] = {
            ("GET", "/health"): lambda query, body: {"ok": True},
            ("GET", "/calls"): self.calls,
            ("POST", "/marker"): self.marker,
            ("GET", "/faults"): lambda query, body: [rule.public() for rule in front.faults.rules],
            ("POST", "/faults"): lambda query, body: front.faults.add(body).public(),
            ("DELETE", "/faults"): self.clear_faults,
            ("GET", "/violations"): self.violations,
            ("DELETE", "/violations"): lambda query, body: front.invariants.clear(),
            ("GET", "/credentials"): self.credentials,
            ("POST", "/s3/repeat"): lambda query, body: events.repeat(body),
            ("POST", "/issuers"): lambda query, body: web_identity.trust_issuer(body),
            ("POST", "/sql"): self.sql,
            ("GET", "/statements"): self.statements,
            ("POST", "/statements"): self.delay,
            ("POST", "/redshift"): lambda query, body: clock.configure(body),
            ("POST", "/redshift/finish"): lambda query, body: {"ended": clock.hasten(_clusters(query))},
            ("POST", "/redshift/snapshot"): self.snapshot,
            ("POST", "/redshift/maintenance"): lambda query, body: {"changed": clock.maintain(_clusters(query))},
            ("POST", "/kms/shred"): lambda query, body: {"deleted": shred(*_place(query))},
            ("POST", "/ec2"): lambda query, body: instance_clock.configure(body),
            ("POST", "/ec2/finish"): lambda query, body: {
                "ended": instance_clock.hasten(instances.here(query), query.get("instance", ""))
            },
            ("POST", "/ec2/forget"): lambda query, body: {"forgotten": instance_clock.forget(instances.here(query))},
            ("GET", "/ec2/capacity"): lambda query, body: capacity.listed(),
            ("POST", "/ec2/capacity"): lambda query, body: capacity.stop(body),
            ("DELETE", "/ec2/capacity"): lambda query, body: capacity.resume(query.get("type", "")),
            ("POST", "/ec2/events"): lambda query, body: instances.schedule(body),
            ("POST", "/ec2/terminate"): lambda query, body: instances.terminate(body),
            ("POST", "/ec2/age"): lambda query, body: instances.age(body),
            ("POST", "/ec2/stop"): lambda query, body: instances.stop(body),
            ("POST", "/ec2/tenancy"): lambda query, body: {
                "waiting": placing.misplace(body["tenancy"], int(body.get("count", 1)))
            },
            ("GET", "/instances"): lambda query, body: {"instances": instances.listed(query)},
            ("POST", "/logs/silence"): lambda query, body: silence(body),
            ("POST", "/trail"): lambda query, body: FEED.configure(body),
            ("POST", "/trail/poison"): lambda query, body: FEED.poison(body),
            ("POST", "/reset"): self.reset,
        }

    async def answer(self, request: Request) -> Response:
        path = request.path.removeprefix(PREFIX).rstrip("/")
        route = self.routes.get((request.method, path))
        if route is None:
            known = sorted(f"{method} {PREFIX}{path}" for method, path in self.routes)
            return _json(404, {"error": "no such control call", "known": known})
        try:
            body = json.loads(request.body) if request.body else {}
            answered = route(request.query(), body)
            return _json(200, await answered if inspect.isawaitable(answered) else answered)
        except (Refused, BadRule, ValueError, AwsError, SqlError, LoginRefused) as error:
            return _json(400, {"error": str(error)})

    def calls(self, query: dict[str, str], body: Any) -> Any:
        since = int(query.pop("since", 0))
        return {"calls": self.front.journal.since(since, query), "last": len(self.front.journal.entries)}

    def marker(self, query: dict[str, str], body: Any) -> Any:
        self.front.journal.mark(str(body.get("text", "")))
        return {"n": len(self.front.journal.entries)}

    def clear_faults(self, query: dict[str, str], body: Any) -> Any:
        self.front.faults.remove(query.get("id"))
        return {"left": len(self.front.faults.rules)}

    def violations(self, query: dict[str, str], body: Any) -> Any:
        found = self.front.invariants.violations()
        return {"count": len(found), "violations": found}

    def credentials(self, query: dict[str, str], body: Any) -> Any:
        """A session of any role, without asking its trust policy; the account's `admin` by default; `root` too."""
        account = query.get("account", accounts.LOGIN)
        if account not in accounts.ALL:
            raise Refused(f"no account {account}; there are {accounts.ALL}")
        name = query.get("role", accounts.ADMIN_ROLE)
        if name == "root":
            caller = root_of(account)
        elif stores.role(account, name) is None:
            raise Refused(f"no role {name} in {account}")
        else:
            age = query.get("second_factor")
            given = time.time() - float(age) if age else 0
            caller = session_of(account, name, query.get("session", "emulator"), second_factor=given)
        return {**PRINCIPALS.issue(caller).public(), "arn": caller.arn}

    async def sql(self, query: dict[str, str], body: Any) -> Any:
        """Redshift's SQL, statement by statement, each committed."""
        warehouse = CLUSTERS.warehouse(body["account"], body.get("region", accounts.REGION), body["cluster"])
        given = body["sql"] if isinstance(body["sql"], list) else [body["sql"]]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(CLUSTERS.pool, by_hand, warehouse, body.get("database"), given)

    def snapshot(self, query: dict[str, str], body: Any) -> Any:
        here = _clusters({name: str(body[name]) for name in ("account", "region") if name in body})
        made = backup.automated(here, states.ready(here, body["cluster"], "snapshot"))
        if made is None:
            raise Refused(f"{body['cluster']} takes no automated snapshots")
        return {"snapshot": made.identifier}

    def statements(self, query: dict[str, str], body: Any) -> Any:
        performed = list(STATEMENTS.performed)
        return {"statements": performed[int(query.get("since", 0)) :], "last": len(performed)}

    def delay(self, query: dict[str, str], body: Any) -> Any:
        STATEMENTS.delay = float(body["delay_ms"]) / 1000
        return {"delay_ms": body["delay_ms"]}

    def reset(self, query: dict[str, str], body: Any) -> Any:
        """Everything as after a start, with new credentials: those from before are refused from here on."""
        self.front.faults.remove(None)
        self.front.invariants.clear()
        operator = seed.reset()
        return {"operator_credentials": operator.public()}


def _place(query: dict[str, str]) -> tuple[str, str]:
    return query.get("account", accounts.PRODUCTION.account), query.get("region", accounts.REGION)


def _clusters(query: dict[str, str]) -> Region:
    return clock.current(*_place(query))


def _json(status: int, document: Any) -> Response:
    return Response(status, json.dumps(document).encode(), {"content-type": "application/json"})
