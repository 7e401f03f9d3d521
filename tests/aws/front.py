"""The way of one call: understood, hit by faults, identified, authorised, performed, judged, recorded, answered."""

import asyncio
import itertools
import logging
import time
from typing import Any

from aws import operations, render
from aws.authorization import check
from aws.busy import Busy
from aws.call import Call, understand
from aws.errors import AwsError, throttle
from aws.errors import render as render_error
from aws.fallback import MOTO
from aws.faults import FAULTS, Rule, kill
from aws.invariants import Invariants
from aws.journal import Journal
from aws.message import Hangup, Request, Response
from aws.principals import PRINCIPALS
from aws.redshift_data import waiting
from aws.registry import HANDLERS
from aws.sqs import messages
from aws.trail.feed import FEED
from aws.visibility import VISIBILITY

log = logging.getLogger("aws.front")
assert operations.OURS  # imported for its effect: it registers the handlers
HELD = 60.0  # seconds a timed-out connection is held unless the rule says otherwise


class Front:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.faults = FAULTS
        self.busy = Busy()
        self.invariants = Invariants()
        self.numbers = itertools.count(1)

    async def serve(self, request: Request) -> Response:
        started = time.time()
        clock = time.perf_counter()
        request_id = f"{next(self.numbers):016x}"
        call: Call | None = None
        hit: list[Rule] = []
        outcome: dict[str, Any] = {}
        try:
            call = understand(request)
            call.request_id = request_id
            token = call.header("x-amz-security-token") or call.query.get("X-Amz-Security-Token")  # presigned
            if call.operation != "AssumeRoleWithWebIdentity":  # that one is proven by a token of another's
                call.caller = PRINCIPALS.identify(call.access_key, token, call.service)
            hit = self.faults.match(call)
            response = await self._through_faults(call, hit)
            outcome["status"] = response.status
            return response
        except AwsError as error:
            outcome |= {"status": error.status, "code": error.code, "message": error.message}
            return render_error(call.service if call else "s3", error, request_id, request)
        except Hangup:
            outcome |= {"status": 0, "code": "Hangup"}
            raise
        finally:
            self._record(call, started, clock, outcome, hit)
            if call and outcome.get("status"):
                FEED.tell(call, str(outcome.get("code") or call.error_code), str(outcome.get("message", "")))
            for rule in hit:
                if rule.kind == "kill" and rule.settings.get("when", "after") == "after":
                    kill(rule)

    async def _through_faults(self, call: Call, hit: list[Rule]) -> Response:
        kinds = {rule.kind: rule for rule in hit}
        if "kill" in kinds and kinds["kill"].settings.get("when") == "before":
            kill(kinds["kill"])
            raise Hangup
        with self.busy.writing(call, performed="timeout" not in kinds):
            delay = sum(rule.seconds for rule in hit if rule.kind == "latency")
            if delay:
                await asyncio.sleep(delay)
            if "timeout" in kinds:
                await asyncio.sleep(kinds["timeout"].seconds or HELD)
                raise Hangup
            if "throttle" in kinds:
                raise throttle(call.service)
            if "error" in kinds:
                settings = kinds["error"].settings
                code = settings.get("code", "InternalError")
                raise AwsError(code, settings.get("message", "injected"), int(settings.get("status", 500)))
            response = await self._perform(call, kinds.get("delayed_visibility"))
        if "answer_lost" in kinds:
            raise Hangup
        return response

    async def _perform(self, call: Call, delayed: Rule | None) -> Response:
        if call.operation == "ReceiveMessage":
            return await messages.receive(call, self.perform)
        if call.service == "redshift-data":
            return await waiting.answer(call, lambda waited: self.perform(waited, delayed))
        return self.perform(call, delayed)

    def perform(self, call: Call, delayed: Rule | None = None) -> Response:
        handler = HANDLERS.get((call.service, call.operation))
        snapshot = VISIBILITY.before(call) if delayed and call.mutating else None
        self.invariants.before(call)
        with VISIBILITY.past(call):
            check.check(call)
            response = render.result(call, handler(call)) if handler else MOTO.answer(call)
        if snapshot is not None and delayed is not None:
            VISIBILITY.after(snapshot, delayed.seconds)
        if response.status < 300:
            self.invariants.after(call)
        return response

    def _record(
        self, call: Call | None, started: float, clock: float, outcome: dict[str, Any], hit: list[Rule]
    ) -> None:
        entry = {
            "n": 0,
            "time": round(started, 6),
            "service": call.service if call else "",
            "operation": call.operation if call else "",
            "account": call.account if call else "",
            "region": call.region if call else "",
            "resource": call.resource if call else "",
            "status": outcome.get("status", 500),
            "error": outcome.get("code") or (call.error_code if call else ""),
            "caller": call.caller.arn if call and call.caller else "",
            "mutating": call.mutating if call else False,
            "duration_ms": round((time.perf_counter() - clock) * 1000, 3),
            "fault": "+".join(rule.kind for rule in hit),
        }
        if outcome.get("message"):
            entry["message"] = outcome["message"]
        self.journal.add(entry)
