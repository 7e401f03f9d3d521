"""What `images/build` makes of programs, here of the one that does it: images for both architectures, and what is
attested of each."""

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from e2e.operator import REPOSITORY

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PLATFORMS = ("linux/amd64", "linux/arm64")
SBOM = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("assemble") / "assemble"
    source = REPOSITORY / "images" / "assemble"
    subprocess.run(["go", "build", "-o", built, "."], cwd=source, check=True)
    subprocess.run(["go", "vet", "./..."], cwd=source, check=True)
    return built


def _run(program: Path, *args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *args], capture_output=True, text=True, check=False)


def _image(program: Path, folder: Path, *, commit: str = COMMIT) -> Path:
    folder.mkdir()
    sbom, authorities, out = folder / "sbom.json", folder / "authorities.pem", folder / "layout"
    sbom.write_text(json.dumps(SBOM))
    authorities.write_text("-----BEGIN CERTIFICATE-----\n")
    about: list[str | Path] = ["-out", out, "-name", "cloister", "-version", "0.1.0", "-commit", commit]
    about += ["-time", "1700000000"]
    files: list[str | Path] = ["-lockfile", REPOSITORY / "Cargo.lock", "-authorities", authorities]
    answer = _run(program, "image", *about, *files, *(f"{one}={program},{sbom}" for one in PLATFORMS))
    assert answer.returncode == 0, answer.stderr
    return out


@pytest.fixture(scope="module")
def layout(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _image(program, tmp_path_factory.mktemp("images") / "one")


def _blob(layout: Path, digest: str) -> bytes:
    content = (layout / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" == digest
    return content


def _json(layout: Path, digest: str) -> Any:
    return json.loads(_blob(layout, digest))


def _manifests(layout: Path) -> list[Any]:
    return list(json.loads((layout / "index.json").read_text())["manifests"])


def test_the_same_program_gives_the_same_image(program: Path, layout: Path, tmp_path: Path) -> None:
    again = _image(program, tmp_path / "two")
    assert (again / "index.json").read_bytes() == (layout / "index.json").read_bytes()
    other = _image(program, tmp_path / "three", commit=COMMIT[::-1])
    assert (other / "index.json").read_bytes() != (layout / "index.json").read_bytes()


def test_there_is_an_image_for_each_architecture_that_runs_as_nobody(layout: Path) -> None:
    images = {"{os}/{architecture}".format(**one["platform"]): one for one in _manifests(layout) if "platform" in one}
    assert tuple(images) == PLATFORMS
    for platform, one in images.items():
        manifest = _json(layout, one["digest"])
        config = _json(layout, manifest["config"]["digest"])
        assert f"{config['os']}/{config['architecture']}" == platform
        assert (config["config"]["User"], config["config"]["Entrypoint"]) == ("65532:65532", ["/cloister"])
        assert config["config"]["Labels"]["org.opencontainers.image.revision"] == COMMIT
        (layer,) = manifest["layers"]
        assert layer["mediaType"] == "application/vnd.oci.image.layer.v1.tar+zstd"
        _blob(layout, layer["digest"])


def test_what_it_is_made_of_and_how_is_attested_of_each(layout: Path) -> None:
    about: dict[str, dict[str, Any]] = {}
    for one in _manifests(layout):
        manifest = _json(layout, one["digest"])
        if subject := manifest.get("subject"):
            (layer,) = manifest["layers"]
            about.setdefault(subject["digest"], {})[one["artifactType"]] = _json(layout, layer["digest"])
    images = {one["digest"] for one in _manifests(layout) if "platform" in one}
    assert set(about) == images
    lock = hashlib.sha256((REPOSITORY / "Cargo.lock").read_bytes()).hexdigest()
    for digest, attested in about.items():
        assert attested["application/vnd.cyclonedx+json"] == SBOM
        statement = attested["application/vnd.in-toto+json"]
        assert statement["subject"] == [{"name": "cloister", "digest": {"sha256": digest.removeprefix("sha256:")}}]
        sources = statement["predicate"]["buildDefinition"]["resolvedDependencies"]
        assert [source["digest"] for source in sources] == [{"gitCommit": COMMIT}, {"sha256": lock}]


def test_what_is_taken_out_again_runs(program: Path, layout: Path, tmp_path: Path) -> None:
    answer = _run(program, "extract", "-layout", layout, "-platform", "linux/amd64", "-out", tmp_path / "root")
    assert answer.returncode == 0, answer.stderr
    files = {file for file in (tmp_path / "root").rglob("*") if file.is_file()}
    names = {str(file.relative_to(tmp_path / "root")) for file in files}
    assert names == {"cloister", "etc/group", "etc/passwd", "etc/ssl/certs/ca-certificates.crt"}
    assert all(file.stat().st_mode & 0o6222 == 0 for file in files)
    told = _run(tmp_path / "root" / "cloister")
    assert told.stderr == "assemble: say what to do: image or extract\n"


def test_an_image_that_was_changed_is_not_taken_out(program: Path, tmp_path: Path) -> None:
    layout = _image(program, tmp_path / "changed")
    image = next(one for one in _manifests(layout) if "platform" in one)
    layer = _json(layout, image["digest"])["layers"][0]["digest"].removeprefix("sha256:")
    blob = layout / "blobs" / "sha256" / layer
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 1
    blob.chmod(0o644)
    blob.write_bytes(content)
    answer = _run(program, "extract", "-layout", layout, "-out", tmp_path / "root")
    assert answer.returncode == 1
    assert f"the blob sha256:{layer} was changed" in answer.stderr
    assert not (tmp_path / "root").exists()


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "say what to do: image or extract"),
        (["push"], '"push" is neither image nor extract'),
        (["image", "-out", "x"], "is missing"),
        (["extract", "-layout", "nowhere", "-out", "x"], "nowhere"),
    ],
)
def test_wrong_use_is_told(program: Path, args: list[str], says: str) -> None:
    answer = _run(program, *args)
    assert answer.returncode == 1
    assert says in answer.stderr
