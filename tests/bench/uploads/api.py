"""The upload API's contract before that S3 server, which knows neither STS nor versions.

What is compared are the programs that send; the API's own time is in `python -m bench grants`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from bench.uploads.server import BUCKET, Server
from upload.cli.account import Account
from upload.cli.contract import Contract, Upload


class Destination:
    def __init__(self, server: Server) -> None:
        self._server = server

    def destination(self, prefix: str) -> dict[str, Any]:
        key = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000"
        found = {"bucket": BUCKET, "prefix": prefix, "region": "us-east-1", "kmsKeyArn": key}
        return found | {"writeOnce": False, "endpoint": self._server.url}

    def session(self, prefix: str) -> dict[str, str]:
        return {
            "accessKeyId": self._server.key,
            "secretAccessKey": self._server.secret,
            "sessionToken": f"of {prefix}",
            "expiration": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        }


class BenchApi(Contract):
    def __init__(self, server: Server) -> None:
        super().__init__(cast(Account, Destination(server)))

    def complete(self, upload: Upload, body: dict[str, Any]) -> dict[str, Any]:
        """The server has no versions to compare; what arrived is compared by `Server.arrived`."""
        upload.state = "Completed"
        upload.files = [{"versionId": "null"} | told for told in body["files"]]
        upload.receipt = self.signed(upload)
        return upload.public("acme")
