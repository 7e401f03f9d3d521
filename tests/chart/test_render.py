"""What the chart renders, as files that show each change in review, and what it refuses to render.

To accept a change: UPDATE_GOLDEN=1 make test-python, or pytest on this file.
"""

import os
import tarfile
from pathlib import Path

import pytest
import yaml

from chart.cases import CASES, ROLE, UPLOADS
from chart.helm import CHART, Helm, HelmError, documents, of_kind
from docs.markdown import Page
from docs.markdown import documents as documents_of_the_site
from e2e.kinds import Object
from e2e.operator import REPOSITORY

_GOLDEN = Path(__file__).with_name("golden")
# Copies that `make generate` writes.
_COPIES = {"crds.yaml": "cloister.dev.yaml", "admission.yaml": "admission.yaml"}


@pytest.mark.parametrize("name", CASES)
def test_what_is_rendered_is_as_in_the_file(helm: Helm, name: str) -> None:
    """Definitions and policies are copies of files that are in review already."""
    alone = {"crds": {"install": False}, "admission": {"install": False}}
    text = helm.template(CASES[name] | alone)
    file = _GOLDEN / f"{name}.yaml"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text)
    assert text == (file.read_text() if file.exists() else "")


@pytest.mark.parametrize("name", CASES)
def test_lint_finds_nothing(helm: Helm, name: str) -> None:
    helm.run("lint", "--strict", CHART, "--values", helm.values(CASES[name]))


def test_the_definitions_are_kept_when_the_release_goes_and_changed_in_nothing_else(helm: Helm) -> None:
    rendered = of_kind(helm.template(), "CustomResourceDefinition")
    for one in rendered:
        assert one["metadata"].pop("annotations") == {"helm.sh/resource-policy": "keep"}
    assert rendered == documents((REPOSITORY / "crds" / "cloister.dev.yaml").read_text())


def test_the_admission_policies_are_those_of_the_repository(helm: Helm) -> None:
    wanted = documents((REPOSITORY / "crds" / "admission.yaml").read_text())
    rendered = [one for one in documents(helm.template()) if one["apiVersion"].startswith("admissionregistration")]
    assert sorted(rendered, key=str) == sorted(wanted, key=str)


def test_copies_are_as_make_generate_writes_them() -> None:
    for copy, source in _COPIES.items():
        assert (CHART / "files" / copy).read_bytes() == (REPOSITORY / "crds" / source).read_bytes()


def test_the_schema_knows_each_value_and_each_value_has_a_default() -> None:
    schema = yaml.safe_load((CHART / "values.schema.json").read_text())
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    # What Helm itself gives to every chart.
    del schema["properties"]["global"]
    _compare("", schema, values, schema["$defs"])


def _compare(where: str, schema: Object, values: Object, parts: Object) -> None:
    assert set(schema["properties"]) == set(values), where
    for name, part in schema["properties"].items():
        part = parts[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        if part.get("additionalProperties") is False and name != "resources":
            _compare(f"{where}/{name}", part, values[name], parts)


_REFUSED: dict[str, tuple[Object, str]] = {
    "a value that nobody knows": ({"replica": 2}, "additional properties 'replica' not allowed"),
    "one further inside": ({"settings": {"sweep": 5}}, "additional properties 'sweep' not allowed"),
    "a digest that is a tag": ({"image": {"digest": "v1"}}, "/image/digest"),
    "a tag with the repository": ({"image": {"repository": "cloister@sha256:1"}}, "/image/repository"),
    "no replica": ({"replicas": 0}, "/replicas"),
    "a role without its account": ({"aws": {"identity": "Irsa", "roleArn": "cloister-operator"}}, "/aws/roleArn"),
    "no role for IRSA": ({"aws": {"identity": "Irsa"}}, "/aws/roleArn"),
    "a role that nothing uses": ({"aws": {"roleArn": ROLE}}, "/aws/roleArn"),
    "an identity that is none": ({"aws": {"identity": "Keys"}}, "/aws/identity"),
    "a zone for a region": ({"aws": {"region": "us-east-1a"}}, "/aws/region"),
    "a sweep without pause": ({"settings": {"sweepSeconds": 1}}, "/settings/sweepSeconds"),
    "a lease as a text": ({"settings": {"leaseSeconds": "15s"}}, "/settings/leaseSeconds"),
    "a privileged port": ({"settings": {"port": 80}}, "/settings/port"),
    "an address without brackets": ({"settings": {"listenAddress": "::"}}, "/settings/listenAddress"),
    "memory in words": ({"resources": {"limits": {"memory": "much"}}}, "/resources/limits/memory"),
    "an argument that is no option": ({"extraArgs": ["crds"]}, "/extraArgs/0"),
    "an upload API without its URL": ({"uploadApi": {"enabled": True}}, "/uploadApi/url"),
    "one without TLS": ({"uploadApi": UPLOADS | {"tls": {}}}, "uploadApi.tls: name a Secret in secretName, or"),
    "one in plain HTTP": ({"uploadApi": UPLOADS | {"url": "http://upload.example"}}, "/uploadApi/url"),
    "an issuer that is none": (
        {"uploadApi": UPLOADS | {"oidc": {"issuer": "login.example"}}},
        "/uploadApi/oidc/issuer",
    ),
    "one whose receipts nobody signs": (
        {"uploadApi": UPLOADS | {"receiptKey": {}}},
        "/uploadApi/receiptKey/secretName",
    ),
    "ID tokens for access tokens": (
        {"uploadApi": UPLOADS | {"oidc": {"issuer": "https://login.example", "clientId": "cloister-upload"}}},
        "uploadApi.oidc.clientId must differ from audience",
    ),
    "metrics for clients": ({"uploadApi": UPLOADS | {"metricsPort": 9443}}, "uploadApi.metricsPort must differ"),
    "a certificate from nobody": (
        {"uploadApi": UPLOADS | {"tls": {"certManager": {"enabled": True}}}},
        "/uploadApi/tls/certManager/issuerRef/name",
    ),
    "no role of the upload API": (
        {"aws": {"identity": "Irsa", "roleArn": ROLE}, "uploadApi": UPLOADS},
        "/uploadApi/roleArn",
    ),
    "a probe that is rarer than silence": (
        {"settings": {"eventSilenceSeconds": 300}},
        "settings.eventSilenceSeconds must be more than",
    ),
    "an option twice": ({"extraArgs": ["--sweep-seconds=30"]}, "extraArgs: --sweep-seconds is set by a value"),
    "one of the upload API twice": (
        {"uploadApi": UPLOADS | {"extraArgs": ["--user-rate=30"]}},
        "extraArgs: --user-rate is set by a value",
    ),
    "metrics that nobody may read": ({"serviceMonitor": {"enabled": True}}, "networkPolicy.metricsFrom"),
    "no way to AWS": ({"networkPolicy": {"egressPorts": []}}, "/networkPolicy/egressPorts"),
}


@pytest.mark.parametrize("name", _REFUSED)
def test_the_schema_refuses_and_names_the_value(helm: Helm, name: str) -> None:
    values, said = _REFUSED[name]
    with pytest.raises(HelmError) as refused:
        helm.template(values)
    # Helm writes a path as /image/digest.
    assert said in str(refused.value).replace("at '", "")


def test_policies_that_the_cluster_does_not_know_are_refused_with_what_to_set(helm: Helm) -> None:
    with pytest.raises(HelmError, match=r"needs Kubernetes 1\.36.*set admission\.install=false"):
        helm.template({}, "--kube-version=1.34.1")
    without = helm.template({"admission": {"install": False}}, "--kube-version=1.34.1")
    assert "AdmissionPolicy" not in without


def test_the_values_that_the_documents_show_are_taken(helm: Helm) -> None:
    shown = [block.text for page in map(Page, documents_of_the_site()) for block in page.blocks if block.tag == "yaml"]
    told = [yaml.safe_load(text) for text in shown if text.startswith("uploadApi:")]
    assert told
    for values in told:
        assert "cloister-upload" in helm.template(values)


def test_a_package_holds_all_that_is_needed(helm: Helm, tmp_path: Path) -> None:
    helm.run("package", CHART, "--destination", tmp_path)
    (package,) = tmp_path.glob("cloister-*.tgz")
    assert helm.template(chart=package) == helm.template()
    with tarfile.open(package) as archive:
        assert not [name for name in archive.getnames() if "/." in name]
