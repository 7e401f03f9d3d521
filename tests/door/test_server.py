"""The process: its certificate, its configuration, and the application behind it."""

import json
import shutil
import socket
import ssl
import subprocess
from pathlib import Path

from cryptography import x509

from door.conftest import GENEROUS
from door.scene import Scene, running_scene
from door.server import BINARY, HOST, Door
from e2e.waiting import until


def on_the_wire(scene: Scene, door: Door) -> x509.Certificate:
    context = ssl.create_default_context(cafile=str(scene.pki.authority))
    with (
        socket.create_connection(("127.0.0.1", door.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as stream,
    ):
        assert stream.version() == "TLSv1.3" and stream.selected_alpn_protocol() in (None, "http/1.1")
        shown = stream.getpeercert(binary_form=True)
    assert shown
    return x509.load_der_x509_certificate(shown)


def test_tls_ends_in_the_pod_and_follows_its_renewal(scene: Scene, door: Door) -> None:
    files = [Path(door.config["tls"][name]) for name in ("certificateFile", "keyFile")]
    first = on_the_wire(scene, door)
    assert first == x509.load_pem_x509_certificate(files[0].read_bytes())
    for old, new in zip(files, scene.pki.host("renewed", HOST), strict=True):
        shutil.move(new, old)
    until("the new one is served", lambda: on_the_wire(scene, door), lambda seen: seen != first, timeout=6)
    with socket.create_connection(("127.0.0.1", door.port), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b"HTTP" not in plain.recv(100), "plain HTTP is not spoken"


def test_every_fault_of_the_configuration_is_told_at_once(scene: Scene, tmp_path: Path) -> None:
    config = scene.make_door("faulty").config
    config["signIn"] |= {"issuer": "http://idp.example", "groups": [], "amr": [], "grups": []}
    config["upstream"] = {"socket": "/x", "port": 1}
    config["sessions"] |= {"idleSeconds": 10, "absoluteSeconds": 5, "warningSeconds": "x"}
    del config["accessLog"]["bucket"]
    config["accessLog"]["routes"] = ["claims", "/x"]
    config["host"] = "https://claims"
    file = tmp_path / "door.json"
    file.write_text(json.dumps(config))
    done = subprocess.run([str(BINARY), f"--config={file}"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    for field in (
        "signIn.issuer must be an https URL",
        "signIn.groups must hold at least one group",
        "signIn.amr or signIn.acr must hold",
        "signIn.grups is not known",
        "upstream.socket or upstream.port is needed",
        "sessions.absoluteSeconds must not be less",
        "sessions.warningSeconds must be a whole number",
        "accessLog.bucket is missing",
        "accessLog.routes must be paths",
        "host must be a DNS name",
    ):
        assert field in done.stderr, (field, done.stderr)


def test_an_application_that_is_away_is_told(scene: Scene) -> None:
    door = scene.make_door("alone", *GENEROUS)
    door.config["upstream"] = {"socket": str(scene.directory / "nothing.sock")}
    door.launch()
    until("the door is up", door.said, lambda said: said.startswith("the application does not answer"))
    browser = scene.browser(door)
    answer = browser.sign_in("amy")
    assert answer.status_code == 502 and "The application does not answer" in answer.text
    assert browser.fetch("/").json()["status"] == 502
    door.stop()


def test_an_application_on_a_port(tmp_path: Path) -> None:
    with running_scene(tmp_path, port=True) as scene:
        door = scene.start_door("port", *GENEROUS)
        assert scene.browser(door).sign_in("amy").status_code == 200
        metrics = door.inside("metrics").text
        assert 'cloister_door_requests_total{decision="SignedIn",reason="",status="303"} 1' in metrics
        assert door.inside("healthz").text == "ok"
