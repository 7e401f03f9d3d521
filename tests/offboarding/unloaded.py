"""What a leaving tenant's warehouse was unloaded to, read by nobody's code but pyarrow's."""

import hashlib
import io
import json
from dataclasses import dataclass
from typing import Any

from pyarrow import parquet

from e2e.account import Account
from e2e.loopback import HTTP
from e2e.world import World

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Unloaded:
    """The export as its status tells of it, and the bucket as a reader sees it."""

    s3: Any
    export: Any

    @classmethod
    def of(cls, aws: Account, role: str, status: Any) -> "Unloaded":
        return cls(aws.as_role(role).s3, status["warehouse"])

    def read(self, key: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=self.export["bucket"], Key=key)["Body"].read()
        return body

    @property
    def index(self) -> dict[str, Any]:
        """By schema and table; the index and each manifest are what their digests say."""
        body = self.read(self.export["index"])
        assert hashlib.sha256(body).hexdigest() == self.export["indexDigest"]
        tables = {f"{each['schema']}.{each['table']}": each for each in json.loads(body)["tables"]}
        for table in tables.values():
            manifest = self.read(f"{table['prefix']}manifest")
            assert hashlib.sha256(manifest).hexdigest() == table["manifestSha256"]
        return tables

    def rows(self, prefix: str) -> Rows:
        """All that is under a prefix, whoever names it; each file under the tenant's key."""
        found: Rows = []
        for each in self.s3.list_objects_v2(Bucket=self.export["bucket"], Prefix=prefix).get("Contents", []):
            if each["Key"].endswith(".parquet"):
                found += parquet.read_table(io.BytesIO(self.read(each["Key"]))).to_pylist()
        return found

    def is_under(self, key_arn: str, prefix: str) -> bool:
        listed = self.s3.list_objects_v2(Bucket=self.export["bucket"], Prefix=prefix)["Contents"]
        heads = [self.s3.head_object(Bucket=self.export["bucket"], Key=each["Key"]) for each in listed]
        return {head["SSEKMSKeyId"] for head in heads} == {key_arn}


def unloads(world: World, cluster: str) -> list[str]:
    """The UNLOADs that a cluster was told."""
    told = HTTP.get(f"{world.endpoints.control}/statements", timeout=10).json()["statements"]
    return [each["sql"] for each in told if each["cluster"] == cluster and each["sql"].startswith("UNLOAD")]
