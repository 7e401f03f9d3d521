"""COPY and UNLOAD.

https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html
https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

import gzip
import io
import json
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet

from aws.conftest import PRODUCTION, allow
from aws.redshift_data_world import Warehouse
from redshift.lake import IAM, Lake

FAILED = "ERROR: Load into table '{}' failed.  Check 'stl_load_errors' system table for details."


@pytest.fixture(scope="module")
def lake(warehouse: Warehouse) -> Lake:
    return Lake(warehouse.aws)


COLUMNS = "id int, name varchar(20), born date, paid boolean, price decimal(8,2)"


def test_csv_with_header_quotes_and_empty_fields(lake: Lake) -> None:
    """An empty field is NULL but in a CHAR or VARCHAR column, where it is the empty string."""
    text = 'id,name,born,paid,price\n1,"Doe, Jane\nJr",2026-01-31,true,1.50\n2,,,,\n3,\\N,01/31/2026,f,-3\n'
    lake.put("csv/1", text)
    assert lake.load("c_csv", COLUMNS, "csv/", "CSV IGNOREHEADER 1 DATEFORMAT 'auto'") == [
        ["1", "Doe, Jane\nJr", "2026-01-31", "t", "1.50"],
        ["2", "", None, None, None],
        ["3", None, "2026-01-31", "f", "-3.00"],
    ]


def test_delimited_text_in_several_compressed_files(lake: Lake) -> None:
    lake.put("gz/a", gzip.compress(b"1;x\n"))
    lake.put("gz/b", gzip.compress(b"2;y\n"))
    described = lake.load("c_gz", "id int, name varchar(5)", "gz/", "DELIMITER ';' GZIP")
    assert described == [["1", "x"], ["2", "y"]]


def test_json_by_the_names_of_columns(lake: Lake) -> None:
    """ "COPY maps the data elements in the JSON source data to the columns in the target table"; what is missing is
    NULL."""
    lake.put("j/1", '{"name": "a", "id": 1, "more": {"x": [1]}, "other": 9}\n{"id": 2}')
    rows = lake.load("c_json", "id int, name varchar(5), more super", "j/", "FORMAT AS JSON 'auto'")
    assert rows == [["1", "a", '{"x": [1]}'], ["2", None, None]]


def test_parquet_by_the_order_of_columns(lake: Lake) -> None:
    out = io.BytesIO()
    parquet.write_table(pa.table({"a": [1, 2], "b": ["x", None]}), out)
    lake.put("pq/1", out.getvalue())
    assert lake.load("c_pq", "id bigint, name varchar(5)", "pq/1", "FORMAT AS PARQUET") == [["1", "x"], ["2", None]]
    lake.warehouse.sql("CREATE TABLE c_narrow (id bigint)")
    error = lake.warehouse.error(f"COPY c_narrow FROM 's3://lake/pq/1' {IAM} PARQUET")
    assert "Unmatched number of columns" in error


def test_a_manifest_names_the_files(lake: Lake) -> None:
    """ "If mandatory is set to true, COPY terminates if it doesn't find the file for that entry; otherwise, COPY will
    continue." (copy-parameters-data-source-s3.html)"""
    lake.put("m/1", "1\n")
    lake.put("m/ignored", "9\n")
    entries = [{"url": "s3://lake/m/1", "mandatory": True}, {"url": "s3://lake/m/absent", "mandatory": False}]
    lake.put("m.json", json.dumps({"entries": entries}))
    assert lake.load("c_manifest", "id int", "m.json", "MANIFEST") == [["1"]]
    entries[1]["mandatory"] = True
    lake.put("m.json", json.dumps({"entries": entries}))
    error = lake.warehouse.error(f"COPY c_manifest FROM 's3://lake/m.json' {IAM} MANIFEST")
    assert error == "ERROR: S3ServiceException:The specified key does not exist.,Status 404,Error NoSuchKey"
    assert lake.warehouse.rows("SELECT COUNT(*) FROM c_manifest") == [["1"]]


@pytest.mark.parametrize(
    ("name", "text", "line", "column", "code", "reason"),
    [
        ("digit", "1,a\nx,secret\n", "2", "id", "1207", "Invalid digit"),
        ("long", "1,a\n2,secretlylong\n", "2", "name", "1204", "String length exceeds DDL length"),
        ("extra", "1,a\n2,b,secret\n", "2", "", "1202", "Extra column(s) found"),
        ("few", "1,a\nsecret\n", "2", "", "1203", "Delimiter not found"),
        ("null", "1,a\n,secret\n", "2", "id", "1213", "Missing data for not-null field"),
    ],
)
def test_a_bad_line_is_told_without_what_it_holds(
    lake: Lake, name: str, text: str, line: str, column: str, code: str, reason: str
) -> None:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_Load_Error_Reference.html"""
    lake.put(f"bad/{name}", text)
    lake.warehouse.sql(f"CREATE TABLE bad_{name} (id int NOT NULL, name varchar(6))")
    error = lake.warehouse.error(f"COPY bad_{name} FROM 's3://lake/bad/{name}' {IAM} CSV")
    assert error == FAILED.format(f"bad_{name}")
    (row,) = lake.warehouse.rows(
        "SELECT TRIM(filename), line_number, TRIM(colname), err_code, err_reason, TRIM(raw_line), TRIM(raw_field_value)"
        f" FROM stl_load_errors WHERE filename LIKE '%bad/{name}%'"
    )
    assert row[:4] == [f"s3://lake/bad/{name}", line, column, code] and str(row[4]).startswith(reason)
    assert row[5:] == ["", ""]
    assert lake.warehouse.rows(f"SELECT COUNT(*) FROM bad_{name}") == [["0"]]
    shown = f"SELECT error_code FROM sys_load_error_detail WHERE file_name LIKE '%bad/{name}%'"
    assert lake.warehouse.rows(shown) == [[code]]


@pytest.mark.parametrize("role", ["detached", "untrusting", "absent"])
def test_the_role_must_be_the_clusters_and_trust_redshift(lake: Lake, role: str) -> None:
    """https://docs.aws.amazon.com/redshift/latest/mgmt/authorizing-redshift-service.html"""
    lake.warehouse.sql("CREATE TABLE IF NOT EXISTS c_roles (id int)")
    arn = f"arn:aws:iam::{PRODUCTION}:role/{role}"
    error = lake.warehouse.error(f"COPY c_roles FROM 's3://lake/csv/' IAM_ROLE '{arn}'")
    user = f"arn:aws:redshift:us-east-1:{PRODUCTION}:dbuser:loading/admin"
    assert error == f"ERROR: User {user} is not authorized to assume IAM Role {arn}"


def test_the_role_must_be_allowed_to_read_the_object_and_use_its_key(lake: Lake) -> None:
    key = lake.kms.create_key()["KeyMetadata"]["Arn"]
    lake.put("kms/1", "1\n", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    lake.warehouse.sql("CREATE TABLE c_kms (id int)")
    copy = f"COPY c_kms FROM 's3://lake/kms/' {IAM}"
    listing = allow("s3:ListBucket", "arn:aws:s3:::lake")
    lake.allow("loader", listing)
    assert "Status 403,Error AccessDenied" in lake.warehouse.error(copy)
    everything = allow("s3:*", ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"])
    lake.allow("loader", everything)
    assert "kms:Decrypt" in lake.warehouse.error(copy)
    lake.allow("loader", everything, allow("kms:Decrypt", key))
    lake.warehouse.finished(copy)
    assert lake.warehouse.rows("SELECT id FROM c_kms") == [["1"]]


def test_who_may_not_insert_may_not_copy(lake: Lake) -> None:
    lake.warehouse.sql("CREATE USER outsider PASSWORD DISABLE", "CREATE TABLE c_priv (id int)")
    error = lake.warehouse.error(f"COPY c_priv FROM 's3://lake/m/1' {IAM}", DbUser="outsider")
    assert error == "ERROR: permission denied for table c_priv"


def test_a_missing_prefix_and_bucket(lake: Lake) -> None:
    lake.warehouse.sql("CREATE TABLE c_missing (id int)")
    assert "prefix 'nothing/' does not exist" in lake.warehouse.error(f"COPY c_missing FROM 's3://lake/nothing/' {IAM}")
    lake.allow("loader", allow("s3:*"))
    assert "Error NoSuchBucket" in lake.warehouse.error(f"COPY c_missing FROM 's3://no-such-lake/x' {IAM}")


def test_a_load_is_part_of_its_transaction(lake: Lake) -> None:
    lake.warehouse.sql("CREATE TABLE c_tx (id int)")
    described = lake.warehouse.batch(f"COPY c_tx FROM 's3://lake/m/1' {IAM}", "SELECT * FROM absent")
    assert described["Status"] == "FAILED" and described["SubStatements"][0]["ResultRows"] == 1
    assert lake.warehouse.rows("SELECT COUNT(*) FROM c_tx") == [["0"]]


def test_unload_writes_files_that_copy_reads(lake: Lake) -> None:
    lake.warehouse.sql("CREATE TABLE u_rows (id int, name varchar(9), ok boolean)",
                       "INSERT INTO u_rows VALUES (1, 'a,b', TRUE), (2, NULL, FALSE)")  # fmt: skip
    query = "UNLOAD ('SELECT id, name, ok FROM u_rows ORDER BY id') TO 's3://lake/out/{}' " + IAM
    assert lake.warehouse.run(query.format("csv_") + " FORMAT CSV HEADER")["ResultRows"] == 2
    assert lake.get("out/csv_0000_part_00") == b'id,name,ok\n1,"a,b",t\n2,,f\n'
    assert "destination on S3 is not empty" in lake.warehouse.error(query.format("csv_") + " FORMAT CSV")
    lake.warehouse.finished(query.format("csv_") + " FORMAT CSV ALLOWOVERWRITE PARALLEL OFF GZIP MANIFEST")
    assert gzip.decompress(lake.get("out/csv_000.gz")) == b'1,"a,b",t\n2,,f\n'
    assert json.loads(lake.get("out/csv_manifest"))["entries"] == [{"url": "s3://lake/out/csv_000.gz"}]
    lake.warehouse.finished(query.format("json_") + " FORMAT JSON")
    copied = lake.load("u_copied", "id int, name varchar(9), ok boolean", "out/json_", "JSON 'auto'")
    assert copied == [["1", "a,b", "t"], ["2", None, "f"]]


def test_unload_as_parquet_keeps_values_and_types_and_counts_rows(lake: Lake) -> None:
    """The manifest's example: "content_length" and "record_count" of each file and of all."""
    lake.warehouse.sql(
        "CREATE TABLE u_pq (id bigint, name varchar(9), born date, seen timestamp, ok boolean, price decimal(8,2),"
        " more super)",
        """INSERT INTO u_pq VALUES
           (1, 'a''b', '2026-01-31', '2026-01-31 10:00:00.5', TRUE, 1.5, JSON_PARSE('{"x": 1}')),
           (2, NULL, NULL, NULL, NULL, NULL, NULL)""",
    )  # fmt: skip
    into = "UNLOAD ('SELECT * FROM u_pq ORDER BY id') TO 's3://lake/pqout/t/' " + IAM
    lake.warehouse.finished(f"{into} FORMAT AS PARQUET MANIFEST VERBOSE")
    body = lake.get("pqout/t/0000_part_00.parquet")
    table = parquet.read_table(io.BytesIO(body))
    assert [str(kind) for kind in table.schema.types] == [
        "int64", "string", "date32[day]", "timestamp[us]", "bool", "decimal128(8, 2)", "string",
    ]  # fmt: skip
    first = table.to_pylist()[0]
    assert (first["name"], first["price"], json.loads(first["more"])) == ("a'b", Decimal("1.50"), {"x": 1})
    assert set(table.to_pylist()[1].values()) == {2, None}
    manifest = json.loads(lake.get("pqout/t/manifest"))
    meta = {"content_length": len(body), "record_count": 2}
    assert manifest["entries"] == [{"url": "s3://lake/pqout/t/0000_part_00.parquet", "meta": meta}]
    assert manifest["meta"] == meta and manifest["schema"]["elements"][0] == {"name": "id", "type": {"base": "bigint"}}
    assert "option for text" in lake.warehouse.error(f"{into} FORMAT PARQUET GZIP")


def test_unload_reads_as_the_user(lake: Lake) -> None:
    error = lake.warehouse.error(f"UNLOAD ('SELECT * FROM u_rows') TO 's3://lake/no/' {IAM}", DbUser="outsider")
    assert error == "ERROR: permission denied for table u_rows"
