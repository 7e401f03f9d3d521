"""A file that was loaded, copied by its version under an archive prefix and the tenant's key."""

from pathlib import PurePosixPath

import luigi
from botocore.exceptions import ClientError

from cloister_etl import session
from cloister_etl.parameters import ValueParameter
from cloister_etl.s3.copy import copy
from cloister_etl.s3.objects import S3Object
from cloister_etl.s3.read import ABSENT
from cloister_etl.targets import noted

VERSION = "cloister-source-version"


class ArchiveTarget(luigi.Target):
    def __init__(self, source: S3Object, bucket: str, key: str) -> None:
        self.source, self.bucket, self.key = source, bucket, key

    @noted
    def exists(self) -> bool:
        try:
            found = session.current().s3.head_object(Bucket=self.bucket, Key=self.key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return False
            raise
        return found["Metadata"].get(VERSION) == self.source.version_id and found["ContentLength"] == self.source.size


class Archive(luigi.Task):
    """After `after`. The prefix begins with _cloister/, so that the copy is not taken for a file that arrives."""

    file = ValueParameter[S3Object]()
    after = ValueParameter[luigi.Task]()
    prefix = luigi.Parameter(default="_cloister/archive/")

    def requires(self) -> luigi.Task:
        return self.after

    def output(self) -> ArchiveTarget:
        run = session.current().run
        key = f"{self.prefix}{run.pipeline}/{self.file.id}/{PurePosixPath(self.file.key).name}"
        return ArchiveTarget(self.file, run.work.bucket, key)

    def run(self) -> None:
        target = self.output()
        now = session.current()
        metadata = {VERSION: self.file.version_id}
        copy(now.s3, self.file, target.bucket, target.key, now.run.key_arn, metadata)
