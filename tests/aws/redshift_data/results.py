"""GetStatementResult: rows a page at a time, each cell by its type.

https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_GetStatementResult.html
"""

import base64
from typing import Any

from aws.call import Call
from aws.errors import AwsError
from aws.redshift_data.describe import find_part
from aws.redshift_data.records import FINISHED
from aws.registry import answers
from redshift.result import Column

PAGE = 1000  # rows; AWS's pages are of 1 MB
LONGS = ("int2", "int4", "int8", "oid")
DOUBLES = ("float4", "float8")
SIGNED = (*LONGS, *DOUBLES, "numeric")


@answers("redshift-data", "GetStatementResult")
def get_statement_result(call: Call) -> dict[str, Any]:
    statement, part = find_part(call)
    result = part.result if part is not None else None
    if part is None or part.status != FINISHED or statement.status != FINISHED or result is None:
        message = "Query does not have result. Please check query status with DescribeStatement."
        raise AwsError("ResourceNotFoundException", message, ResourceId=str(call.params["Id"]))
    if result.columns is None:
        message = "Query does not have result. Please check query status with DescribeStatement."
        raise AwsError("ResourceNotFoundException", message, ResourceId=part.id)
    columns = result.columns
    start = _offset(call, part.id)
    answer: dict[str, Any] = {
        "Records": [
            [_field(column, cell) for column, cell in zip(columns, row, strict=True)]
            for row in result.rows[start : start + PAGE]
        ],
        "ColumnMetadata": [_metadata(column) for column in columns],
        "TotalNumRows": len(result.rows),
    }
    if start + PAGE < len(result.rows):
        answer["NextToken"] = base64.b64encode(f"{part.id}/{start + PAGE}".encode()).decode()
    return answer


def _offset(call: Call, identifier: str) -> int:
    token = call.param("NextToken")
    if not token:
        return 0
    try:
        owner, _, start = base64.b64decode(token).decode().partition("/")
        if owner != identifier:
            raise ValueError(token)
        return int(start)
    except ValueError as error:
        raise AwsError("ValidationException", "NextToken is not valid.") from error


def _field(column: Column, cell: str | None) -> dict[str, Any]:
    if cell is None:
        return {"isNull": True}
    if column.type in LONGS:
        return {"longValue": int(cell)}
    if column.type in DOUBLES:
        return {"doubleValue": float(cell)}
    if column.type == "bool":
        return {"booleanValue": cell == "t"}
    return {"stringValue": cell}


def _metadata(column: Column) -> dict[str, Any]:
    return {
        "columnDefault": "",
        "isCaseSensitive": column.type in ("varchar", "bpchar", "char", "name", "text"),
        "isCurrency": False,
        "isSigned": column.type in SIGNED,
        "label": column.name,
        "length": 0,
        "name": column.name,
        "nullable": column.nullable,
        "precision": column.precision,
        "scale": column.scale,
        "schemaName": column.schema,
        "tableName": column.table,
        "typeName": column.type,
    }
