"""Movers before a load, and the archive after it, for their tests."""

import luigi
from claims import LoadClaims
from cloister_etl import Decompress, Decrypt, Keys, LoadInputs, PinnedInput, S3Object, Split
from cloister_etl.rows.schema import Form


class Encrypted(LoadClaims):
    """Decrypted, decompressed, split, loaded, archived."""

    archive = True
    secret_key = luigi.Parameter()
    password_file = luigi.Parameter(default="")
    signer = luigi.Parameter(default="")

    def prepared(self, file: S3Object) -> luigi.Task:
        keys = Keys(self.secret_key, self.password_file, self.signer)
        clear = Decrypt(source=PinnedInput(file=file), keys=keys)
        return Split(source=Decompress(source=clear), most_bytes=1000, form=Form())


class Archived(LoadInputs):
    table = LoadClaims.table
    schema = LoadClaims.schema
    archive = True
