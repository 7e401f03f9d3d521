"""From a call to the queues that rules send it to: late, sometimes twice, in any order, as on AWS.

"EventBridge delivers at least once", and CloudTrail promises no order. What tests ask for by the control API replaces
the usual mischief: {"least", "most"} seconds late, {"twice"} the share that comes again, {"lost"} the share that never
comes, {"region"} of which region.
"""

import asyncio
import json
import random
from dataclasses import dataclass
from typing import Any

from aws import stores
from aws.call import Call
from aws.events import records
from aws.events.forwarding import is_bus, may_put_events
from aws.service_access import may_send
from aws.trail import record

LONGEST = 262144  # an event that is larger is not sent


@dataclass
class Mischief:
    least: float = 0.2
    most: float = 1.2
    twice: float = 0.1
    lost: float = 0.0
    region: str = ""  # whose events are lost; all where it is empty


class Feed:
    def __init__(self) -> None:
        self.mischief = Mischief()
        self.chance = random.Random(164)
        self.sent = 0
        self.waiting: set[asyncio.TimerHandle] = set()

    def reset(self) -> None:
        for timer in self.waiting:
            timer.cancel()
        self.waiting.clear()
        self.mischief = Mischief()
        self.chance = random.Random(164)

    def configure(self, asked: dict[str, Any]) -> dict[str, Any]:
        numbers = {name: float(value) for name, value in asked.items() if name != "region"}
        self.mischief = Mischief(**numbers, region=str(asked.get("region", "")))
        return vars(self.mischief) | {"sent": self.sent}

    def tell(self, call: Call, error: str, message: str) -> None:
        if call.caller is None or not record.is_told(call):
            return
        rules = [rule for rule in records.rules(call.account, record.home(call)).values() if rule.targets]
        if not rules:
            return
        event = record.event(call, error, message)
        for rule in rules:
            if rule.matches(event):
                self._send_later(rule, event)

    def _send_later(self, rule: records.Rule, event: dict[str, Any]) -> None:
        here = self.mischief.region in ("", event["region"])
        if here and self.chance.random() < self.mischief.lost:
            return
        body = json.dumps(event, separators=(",", ":"))
        for _ in range(2 if self.chance.random() < self.mischief.twice else 1):
            self._send_after(self.chance.uniform(self.mischief.least, self.mischief.most), rule, body)

    def poison(self, asked: dict[str, str]) -> dict[str, int]:
        """Sends {"body"} to the targets of all rules of {"account", "region"}, as though a rule had matched it."""
        sent = self.sent
        for rule in records.rules(asked["account"], asked["region"]).values():
            self._send(rule, asked["body"])
        return {"sent": self.sent - sent}

    def _send_after(self, delay: float, rule: records.Rule, body: str) -> None:
        def send() -> None:
            self.waiting.discard(timer)
            self._send(rule, body)

        timer = asyncio.get_running_loop().call_later(delay, send)
        self.waiting.add(timer)

    def _send(self, rule: records.Rule, body: str) -> None:
        if len(body) > LONGEST:
            return
        for target in rule.targets.values():
            if is_bus(target.arn):
                self._forward(rule, target, body)
            elif may_send("events.amazonaws.com", rule.arn, rule.account, target.arn):
                region, account, name = target.arn.split(":")[3:6]
                stores.sqs(account, region).send_message(queue_name=name, message_body=body)
                self.sent += 1

    def _forward(self, rule: records.Rule, target: records.Target, body: str) -> None:
        """On the other bus the event says still where it is from. What goes in circles there is none of AWS's affair:
        here it ends in a RecursionError."""
        if not may_put_events(rule, target.role, target.arn):
            return
        region, account = target.arn.split(":")[3:5]
        event = json.loads(body)
        for there in records.rules(account, region).values():
            if there.matches(event):
                self._send(there, body)


FEED = Feed()
