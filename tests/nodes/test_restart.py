"""The agent dies in the middle of everything, and nothing is lost."""

from e2e.kinds import Object
from local.process import Process
from local.waiting import wait_for
from nodes.attempt import Attempt
from nodes.podspecs import is_over, is_running, pod, terminated
from nodes.site import Site


def test_an_agent_restart_in_mid_run_loses_nothing(site: Site, node: str) -> None:
    """One container runs on, one ends while there is no agent, one pod is deleted meanwhile."""
    cluster = site.cluster
    scripts = {
        "runs-on": "echo once >> /data/starts; while [ ! -e /data/go ]; do sleep 0.1; done; exit 4",
        "ends-meanwhile": "while [ ! -e /data/go ]; do sleep 0.1; done; exit 5",
        "deleted-meanwhile": "sleep 600",
    }
    volume: Object = {"name": "data", "emptyDir": {}}
    mount = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    for name, script in scripts.items():
        cluster.create(pod(name, script, node=node, container=mount, volumes=[volume]), "default")
    for name in scripts:
        cluster.wait("Pod", name, is_running, "default", timeout=60)
    folders = {name: next((site.directory / "nodes" / node).glob(f"default_{name}_*")) for name in scripts}
    gone = _process(Attempt(folders["deleted-meanwhile"] / "containers" / "main" / "0"))
    agent = site.control_plane.processes["nodes"]
    agent.kill()
    (folders["ends-meanwhile"] / "volumes" / "data" / "go").touch()
    exit_file = folders["ends-meanwhile"] / "containers" / "main" / "0" / "exit.json"
    wait_for("its end", exit_file.exists)
    cluster.delete_now("Pod", "deleted-meanwhile", "default")
    assert gone.alive()
    site.nodes.restart()
    ended = cluster.wait("Pod", "ends-meanwhile", is_over, "default")
    assert terminated(ended)["exitCode"] == 5
    wait_for("the end of what nobody wants", lambda: not gone.alive())
    starts = folders["runs-on"] / "volumes" / "data" / "starts"
    assert starts.read_text() == "once\n"
    (starts.parent / "go").touch()
    found = cluster.wait("Pod", "runs-on", is_over, "default")
    assert terminated(found)["exitCode"] == 4
    assert found is not None
    assert found["status"]["containerStatuses"][0]["restartCount"] == 0


def test_a_container_that_went_with_its_machine_is_lost_when_that_boots_again(site: Site) -> None:
    name = site.boot(20)
    site.cluster.create(pod("rebooted", "sleep 600", node=name), "default")
    site.cluster.wait("Pod", "rebooted", is_running, "default", timeout=60)
    site.ec2.set_state(20, "stopped")
    wait_for("the stop", lambda: f"{name}: lost its power" in site.agent_log(), timeout=20)
    site.ec2.set_state(20, "running")
    ended = terminated(site.cluster.wait("Pod", "rebooted", is_over, "default", timeout=60))
    assert (ended["exitCode"], ended["reason"]) == (137, "ContainerStatusUnknown")
    site.terminate(20)


def _process(attempt: Attempt) -> Process:
    state = attempt.state()
    assert state is not None and hasattr(state, "process")
    process: Process = state.process
    return process
