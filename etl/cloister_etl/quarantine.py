"""A file that is rejected as a whole: a copy of it beside the reason, under the run's work prefix."""

import json

from cloister_etl.errors import Rejected
from cloister_etl.log import Log
from cloister_etl.s3.copy import copy
from cloister_etl.s3.objects import S3Object
from cloister_etl.s3.read import Changed
from cloister_etl.s3.write import put
from cloister_etl.session import Session

log = Log("quarantine")


def set_aside(session: Session, file: S3Object, rejected: Rejected) -> None:
    run = session.run
    key = session.work_key("quarantine", file.id, "file")
    if not isinstance(rejected, Changed):  # then there is nothing of that name to copy
        copy(session.s3, file, run.work.bucket, key, run.key_arn)
    reason = {"reason": str(rejected), "file": file.document()}
    put(session.s3, run.work.bucket, f"{key}.reason.json", run.key_arn, json.dumps(reason).encode())
    log.warning("file_quarantined", file=file.id, reason=str(rejected))
