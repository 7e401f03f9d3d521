"""A change by hand is undone in seconds and told with who made it, and nothing that the feed does can hurt."""

import re
import time
from typing import Any

import pytest

from e2e.careless import IN_AWS, Act, Target
from e2e.waiting import until
from e2e.world import World
from events import feed

ADMIN = "arn:aws:sts::222222222222:assumed-role/admin/emulator"


def attributed(act: Act, target: Target, known: int) -> list[dict[str, Any]]:
    """The differences that are new, once all of them are mended and their author is known."""

    def new() -> list[dict[str, Any]]:
        records = act.records(target)
        return records[: len(records) - known]

    def told(records: list[dict[str, Any]]) -> bool:
        return len(records) > 0 and all("mendedAt" in r and "changedBy" in r for r in records)

    return until("it is mended, and told with who did it", new, told, timeout=15)


@pytest.mark.parametrize("act", IN_AWS, ids=lambda act: act.title.replace(" ", "-"))
def test_it_is_undone_and_its_author_named_without_a_sweep_when_somebody(act: Act, target: Target) -> None:
    before = act.read(target)
    known = len(act.records(target))
    act.do(target)
    until("it is undone", lambda: act.is_undone(target, before), timeout=10)
    by = attributed(act, target, known)[0]["changedBy"]
    assert by["identity"] == ADMIN
    assert re.fullmatch(r"[0-9a-f]{16}", by["requestId"])
    assert by["sourceAddress"] and re.fullmatch(r"\w+:\w+", by["call"])


def passes(world: World) -> dict[str, int]:
    return {kind: world.operator.passes(kind) for kind in ("ClientTenant", "IngestBucket")}


def until_it_rests(world: World) -> None:
    """What a call touched is looked at once more 10 s later, since AWS's answers lag."""

    def rests() -> bool:
        before = passes(world)
        time.sleep(11)
        return passes(world) == before

    until("nothing is looked at any more", rests, timeout=30)


def test_its_own_calls_and_those_on_others_resources_wake_nothing(world: World, target: Target) -> None:
    until_it_rests(world)
    before = passes(world)
    target.aws.s3.create_bucket(Bucket="strangers-own")
    target.aws.s3.put_bucket_versioning(Bucket="strangers-own", VersioningConfiguration={"Status": "Enabled"})
    # Three probes, each of which is a change of the operator's.
    time.sleep(6)
    assert passes(world) == before


def test_doubled_late_and_out_of_order_all_is_mended_and_nothing_loops(world: World, target: Target) -> None:
    feed.mischief(world, twice=1.0, least=0.0, most=3.0)
    acts = [act for act in IN_AWS if act.told_by == "IngestBucket"]
    before = {act.title: act.read(target) for act in acts}
    for act in acts:
        act.do(target)

    def undone() -> list[str]:
        return [act.title for act in acts if not act.is_undone(target, before[act.title])]

    until("all acts are undone", undone, lambda left: left == [], timeout=20)
    feed.mischief(world)
    until_it_rests(world)
    assert 'result="again"' in world.operator.metrics()


def test_what_is_no_event_ends_among_the_dead_letters_and_is_counted(world: World) -> None:
    assert feed.poison(world, '{"detail": "patient 4711"}') == 1
    sqs = world.aws.sqs
    (letters,) = [url for url in sqs.list_queues(QueueNamePrefix="cloister-events-")["QueueUrls"] if "-dlq" in url]

    def dead() -> str:
        found = sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["ApproximateNumberOfMessages"])
        return found["Attributes"]["ApproximateNumberOfMessages"]

    until("it is set aside", dead, lambda count: count == "1", timeout=60)
    counted = 'cloister_events_total{environment="production",result="malformed"} 3'
    assert counted in world.operator.metrics()
    assert "4711" not in world.operator.log.read_text()


def test_a_rule_that_is_turned_off_turns_itself_on_again(world: World, target: Target) -> None:
    """Its last event tells of it."""
    events, (name,) = target.aws.events, rules(world)
    events.disable_rule(Name=name)
    until("it is on", lambda: events.describe_rule(Name=name)["State"], lambda state: state == "ENABLED", timeout=20)


def rules(world: World) -> list[str]:
    found = world.cluster.get("Environment", "production")
    assert found is not None
    ids = [r["id"] for r in found["status"]["resources"]]
    return [id_.partition("/")[2] for id_ in ids if id_.startswith("eventbridge-rule/")]


def test_a_feed_that_is_silent_is_noticed_and_the_sweep_finds_what_it_lost(world: World, target: Target) -> None:
    feed.mischief(world, lost=1.0)
    until("it is noticed", lambda: feed.hearing(world), lambda state: state == "Silent", timeout=20)
    notes = until("it is told", lambda: world.cluster.events("production", "EventsSilent"), timeout=5)
    assert "swept as often as without events" in notes[0]["note"]
    assert 'cloister_events_heard{environment="production"} 0' in world.operator.metrics()
    (versioning,) = [act for act in IN_AWS if act.field == "versioning"]
    before, known = versioning.read(target), len(versioning.records(target))
    versioning.do(target)
    until("the sweep has mended it", lambda: versioning.is_undone(target, before), timeout=20)
    # The status follows right behind the repair.
    told = until("it is told", lambda: versioning.records(target), lambda now: len(now) > known, timeout=10)
    assert "changedBy" not in told[0]
