"""S3's XML bodies, read without their namespace and written with it."""

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from aws.errors import AwsError
from aws.message import Response

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
Element = ElementTree.Element


def malformed() -> AwsError:
    return AwsError(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )


def parse(body: bytes, root: str) -> Element:
    try:
        tree = ElementTree.fromstring(body)  # loopback, our own tests: no hostile XML
    except ElementTree.ParseError as error:
        raise malformed() from error
    for node in tree.iter():
        node.tag = node.tag.rpartition("}")[2]
        node.attrib.clear()
    if tree.tag != root:
        raise malformed()
    return tree


def only(parent: Element, *names: str) -> None:
    """Refuses children the schema does not have."""
    for child in parent:
        if child.tag not in names:
            raise malformed()


def text(parent: Element, name: str) -> str | None:
    found = parent.find(name)
    return None if found is None else (found.text or "").strip()


def required(parent: Element, name: str) -> str:
    value = text(parent, name)
    if value is None:
        raise malformed()
    return value


def choice(parent: Element, name: str, *allowed: str) -> str:
    value = required(parent, name)
    if value not in allowed:
        raise malformed()
    return value


def number(parent: Element, name: str) -> int | None:
    value = text(parent, name)
    if value is None:
        return None
    try:
        return int(value)
    except ValueError as error:
        raise malformed() from error


def flag(parent: Element, name: str, default: bool = False) -> bool:
    value = text(parent, name)
    if value is None:
        return default
    if value.lower() not in ("true", "false"):
        raise malformed()
    return value.lower() == "true"


def inner(node: Element) -> str:
    """The markup within a node, indentation dropped."""
    if len(node) == 0:
        return escape(node.text or "")
    return "".join(f"<{child.tag}>{inner(child)}</{child.tag}>" for child in node)


def document(root: str, content: str, namespace: str = NAMESPACE) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{namespace}">{content}</{root}>'.encode()


def tag(name: str, value: str | int | bool) -> str:
    if isinstance(value, bool):
        value = "true" if value else "false"
    return f"<{name}>{escape(str(value))}</{name}>"


def tags(values: Mapping[str, str]) -> str:
    return "".join(tag(name, value) for name, value in values.items())


def elements(name: str, values: Iterable[str]) -> str:
    return "".join(tag(name, value) for value in values)


def answer(body: bytes) -> Response:
    return Response(200, body, {"content-type": "application/xml"})
