"""Redshift's query protocol by the shapes of its published model, the one that the SDKs are made from.

https://docs.aws.amazon.com/redshift/latest/APIReference/Welcome.html
A parameter that the model does not know and an element that an answer does not have are errors here, not ignored.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from botocore.loaders import Loader
from botocore.model import ListShape, ServiceModel, Shape, StructureShape

from aws.call import Call
from aws.errors import NOT_IMPLEMENTED, AwsError
from aws.message import Response
from aws.registry import answers

Arguments = dict[str, Any]
Operation = Callable[[Call, Arguments], Any]
Writer = Callable[[Any], str]
NUMBERS = {"integer", "long"}


@cache
def model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("redshift", "service-2"), "redshift")


def operation(name: str, lacks: frozenset[str] = frozenset()) -> Callable[[Operation], Operation]:
    """Registers what answers an operation; `lacks` are parameters that AWS takes and the emulator does not."""

    def register(perform: Operation) -> Operation:
        def handle(call: Call) -> Response:
            given = arguments(call)
            for parameter in lacks & given.keys():
                message = f"the emulator does not implement {parameter} of redshift {name}"
                raise AwsError("NotImplemented", message, NOT_IMPLEMENTED)
            return _answer(call, perform(call, given))

        answers("redshift", name)(handle)
        return perform

    return register


def fault(shape: str, message: str = "") -> AwsError:
    """An error of the model, with its code and status; the model's own words unless others are given."""
    found = model().shape_for(shape)
    error = found.metadata["error"]
    return AwsError(error["code"], message or _words(found.documentation), error["httpStatusCode"])


def invalid(message: str) -> AwsError:
    """https://docs.aws.amazon.com/redshift/latest/APIReference/CommonErrors.html"""
    return AwsError("InvalidParameterValue", message)


def conflicting(message: str) -> AwsError:
    return AwsError("InvalidParameterCombination", message)


def arguments(call: Call) -> Arguments:
    shape = model().operation_model(call.operation).input_shape
    assert isinstance(shape, StructureShape)
    given: Arguments = _structure(shape, call.params, call.operation)
    for name in shape.required_members:
        if given.get(name) in (None, ""):
            raise AwsError("MissingParameter", f"The request must contain the parameter {name}.")
    return given


def _structure(shape: StructureShape, raw: Any, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise AwsError("MalformedInput", f"{where} is not a structure")
    unknown = raw.keys() - shape.members.keys() - {"Version"}
    if unknown:
        message = f"the emulator knows no parameter {', '.join(sorted(unknown))} of redshift {where}"
        raise AwsError("NotImplemented", message, NOT_IMPLEMENTED)
    return {name: _value(member, raw[name], name) for name, member in shape.members.items() if name in raw}


def _value(shape: Shape, raw: Any, name: str) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, raw, name)
    if isinstance(shape, ListShape):
        wrapper = shape.member.serialization.get("name", "member")
        items = raw.get(wrapper, []) if isinstance(raw, dict) else raw or []  # an empty list travels as ""
        if not isinstance(items, list):
            raise AwsError("MalformedInput", f"{name} is not a list")
        return [_value(shape.member, item, name) for item in items]
    if not isinstance(raw, str):
        raise AwsError("MalformedInput", f"{name} is not a {shape.type_name}")
    if shape.type_name == "boolean":
        if raw.lower() not in ("true", "false"):
            raise AwsError("MalformedInput", f"Invalid Boolean value: {raw}")
        return raw.lower() == "true"
    try:
        if shape.type_name in NUMBERS:
            return int(raw)
        if shape.type_name == "timestamp":
            return datetime.fromisoformat(raw).astimezone(UTC)
    except ValueError as error:
        raise AwsError("MalformedInput", f"{name} is not a {shape.type_name}") from error
    return raw


def _answer(call: Call, value: Any) -> Response:
    name = call.operation
    shape = model().operation_model(name).output_shape
    inner = f"<{name}Result>{_writer(shape.name)(value)}</{name}Result>" if shape is not None else ""
    body = (
        f'<{name}Response xmlns="{model().metadata["xmlNamespace"]}">{inner}'
        f"<ResponseMetadata><RequestId>{call.request_id}</RequestId></ResponseMetadata></{name}Response>"
    )
    return Response(200, body.encode(), {"content-type": "text/xml"})


@cache
def _writer(name: str) -> Writer:
    shape = model().shape_for(name)
    if isinstance(shape, StructureShape):
        members = {member: _writer(of.name) for member, of in shape.members.items()}
        return lambda value: "".join(
            f"<{member}>{members[member](inner)}</{member}>" for member, inner in value.items() if inner is not None
        )
    if isinstance(shape, ListShape):
        wrapper = shape.member.serialization.get("name", "member")
        item = _writer(shape.member.name)
        return lambda value: "".join(f"<{wrapper}>{item(inner)}</{wrapper}>" for inner in value)
    if shape.type_name == "timestamp":
        return lambda value: str(value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z")
    if shape.type_name == "boolean":
        return lambda value: "true" if value else "false"
    return lambda value: escape(str(value))


def _words(documentation: str) -> str:
    text = documentation
    while "<" in text:
        before, _, rest = text.partition("<")
        text = before + rest.partition(">")[2]
    return " ".join(text.split())
