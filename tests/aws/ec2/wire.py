"""EC2's query protocol by the shapes of its published model, the one that the SDKs are made from.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html
The model is large (40 MB of memory), so only what our operations need of it is kept.
"""

from collections.abc import Callable, Iterator
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
OPERATIONS: dict[str, frozenset[str]] = {}  # ours, with the parameters that they take


@cache
def model() -> ServiceModel:
    whole = Loader().load_service_model("ec2", "service-2")
    operations = {name: whole["operations"][name] for name in OPERATIONS}
    named = [shape for each in operations.values() for part in ("input", "output") if (shape := each.get(part))]
    shapes: dict[str, Any] = {}
    waiting = [each["shape"] for each in named]
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = whole["shapes"][name]
            waiting += _referred(shapes[name])
    for shape in shapes.values():
        for part in (shape, *shape.get("members", {}).values()):
            part.pop("documentation", None)
    return ServiceModel({"metadata": whole["metadata"], "operations": operations, "shapes": shapes}, "ec2")


def _referred(shape: dict[str, Any]) -> Iterator[str]:
    for member in shape.get("members", {}).values():
        yield member["shape"]
    if "member" in shape:
        yield shape["member"]["shape"]


def operation(name: str, *takes: str) -> Callable[[Operation], Operation]:
    """Registers what answers an operation; `takes` are the parameters that it knows, besides DryRun."""
    OPERATIONS[name] = frozenset({*takes, "DryRun"})

    def register(perform: Operation) -> Operation:
        def handle(call: Call) -> Response:
            given = arguments(call)
            if given.get("DryRun"):
                message = "Request would have succeeded, but DryRun flag is set."
                raise AwsError("DryRunOperation", message, 412)
            result = perform(call, given)
            return result if isinstance(result, Response) else _answer(call, result)

        answers("ec2", name)(handle)
        return perform

    return register


def invalid(message: str) -> AwsError:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    return AwsError("InvalidParameterValue", message)


def conflicting(message: str) -> AwsError:
    return AwsError("InvalidParameterCombination", message)


def missing(name: str) -> AwsError:
    return AwsError("MissingParameter", f"The request must contain the parameter {name}")


def not_implemented(what: str) -> AwsError:
    return AwsError("NotImplemented", f"the emulator does not implement {what}", NOT_IMPLEMENTED)


def arguments(call: Call) -> Arguments:
    shape = model().operation_model(call.operation).input_shape
    assert isinstance(shape, StructureShape)
    given = _structure(shape, {name: raw for name, raw in call.params.items() if name != "Version"})
    lacking = given.keys() - OPERATIONS[call.operation]
    if lacking:
        raise not_implemented(f"{', '.join(sorted(lacking))} of ec2 {call.operation}")
    for name in shape.required_members:
        if given.get(name) in (None, "", []):
            raise missing(name)
    return given


def _spelled(name: str, shape: Shape) -> str:
    """A member's name as the request has it."""
    if "queryName" in shape.serialization:
        return str(shape.serialization["queryName"])
    name = shape.serialization.get("name", name)
    return name[0].upper() + name[1:]


def _structure(shape: StructureShape, raw: Any, where: str = "") -> Arguments:
    if not isinstance(raw, dict):
        raise invalid(f"Value for parameter {where} is not a structure.")
    members = {_spelled(name, member): (name, member) for name, member in shape.members.items()}
    unknown = raw.keys() - members.keys()
    if unknown:
        raise AwsError("UnknownParameter", f"The parameter {where}{sorted(unknown)[0]} is not recognized")
    known = {members[spelled]: inner for spelled, inner in raw.items()}
    return {name: _value(member, inner, f"{where}{name}.") for (name, member), inner in known.items()}


def _value(shape: Shape, raw: Any, where: str) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, raw or {}, where)
    name = where.rstrip(".")
    if isinstance(shape, ListShape):
        items = raw or []
        if not isinstance(items, list):
            raise invalid(f"Value ({raw}) for parameter {name} is not a list.")
        return [_value(shape.member, item, where) for item in items]
    if not isinstance(raw, str):
        raise invalid(f"Value for parameter {name} is not a {shape.type_name}.")
    try:
        if shape.type_name == "boolean":
            return {"true": True, "false": False}[raw.lower()]
        if shape.type_name in NUMBERS:
            return int(raw)
        if shape.type_name == "timestamp":
            return datetime.fromisoformat(raw).astimezone(UTC)
    except (KeyError, ValueError) as error:
        raise invalid(f"Invalid value '{raw}' for {name}. It is no {shape.type_name}.") from error
    return raw


def _answer(call: Call, value: Any) -> Response:
    name = call.operation
    shape = model().operation_model(name).output_shape
    inner = writer(shape.name)(value) if shape is not None else "<return>true</return>"
    body = (
        f'<{name}Response xmlns="{model().metadata["xmlNamespace"]}/"><requestId>{call.request_id}</requestId>'
        f"{inner}</{name}Response>"
    )
    return Response(200, body.encode(), {"content-type": "text/xml;charset=UTF-8"})


@cache
def writer(name: str) -> Writer:
    shape = model().shape_for(name)
    if isinstance(shape, StructureShape):
        members = {
            member: (of.serialization.get("name", member), writer(of.name)) for member, of in shape.members.items()
        }
        return lambda value: _members(members, value)
    if isinstance(shape, ListShape):
        wrapper = shape.member.serialization.get("name", "item")
        item = writer(shape.member.name)
        return lambda value: "".join([f"<{wrapper}>{item(inner)}</{wrapper}>" for inner in value])
    if shape.type_name == "timestamp":
        return lambda value: str(value.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    if shape.type_name == "boolean":
        return lambda value: "true" if value else "false"
    return lambda value: escape(str(value))


def _members(members: dict[str, tuple[str, Writer]], value: Any) -> str:
    if isinstance(value, str):
        return value  # written before, and kept
    parts = []
    for member, inner in value.items():
        if inner is not None:
            name, write = members[member]
            parts.append(f"<{name}>{write(inner)}</{name}>")
    return "".join(parts)
