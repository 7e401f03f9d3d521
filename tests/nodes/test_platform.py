"""The agent as a part of the whole platform, beside the emulator itself."""

from pathlib import Path

from local.platform import Platform


def test_the_agent_starts_and_stops_with_the_platform_that_asks_for_it(tmp_path: Path) -> None:
    with Platform(tmp_path, nodes=True) as platform:
        agent = platform.processes["nodes"]
        assert agent.alive()
        assert platform.processes.dead() == []
    assert not agent.alive()
    assert {path.name for path in tmp_path.iterdir()} == {"logs"}
