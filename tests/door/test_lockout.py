"""Who fails again and again has to wait; who is in already does not."""

from door.browser import title
from door.scene import Scene
from e2e.waiting import until


def test_failed_sign_ins_lock_out_for_a_while_in_all_pods(scene: Scene) -> None:
    options = ("--lockout-failures=3", "--lockout-window-seconds=60", "--lockout-seconds=4")
    door, other = scene.start_door("locked", *options), scene.start_door("locked-too", *options)
    inside, guesser = scene.browser(door), scene.browser(door)
    inside.sign_in("amy")
    for _ in range(3):
        assert guesser.open("/.cloister/callback?code=x&state=y").status_code == 403
    for path in ("/.cloister/callback?code=x&state=y", "/.cloister/login"):
        for somebody in (guesser, scene.browser(other)):
            answer = somebody.open(path)
            assert answer.status_code == 429 and title(answer) == "Too many failed sign-ins"
            assert 1 <= int(answer.headers["retry-after"]) <= 4
    assert door.spooled()[-1]["reason"] == "LockedOut"
    assert inside.open("/claims").status_code == 200
    until("it is over", lambda: guesser.open("/.cloister/login").status_code, lambda status: status == 303, timeout=6)
    for one in (door, other):
        one.stop()


def test_strangers_that_come_too_often_are_turned_away_unread(scene: Scene) -> None:
    door = scene.start_door("flooded", "--stranger-rate=1", "--stranger-burst=30")
    inside, stranger = scene.browser(door), scene.browser(door)
    inside.sign_in("amy")
    statuses = [stranger.fetch("/").status_code for _ in range(40)]
    assert statuses[0] == 401 and statuses[-1] == 429
    assert inside.fetch("/").status_code == 200
    assert len(door.spooled()) < 60 and "cloister_door_turned_away_total" in door.inside("metrics").text
    door.stop()
