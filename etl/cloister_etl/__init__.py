"""Loads files from S3 into Redshift, once, and shows nothing of them.

A pipeline is a module with a Luigi task; `LoadInputs` is the one that loads the run's files into a table.
"""

from cloister_etl.errors import EtlError, Rejected
from cloister_etl.load import LoadInputs
from cloister_etl.log import Log
from cloister_etl.movers.archive import Archive
from cloister_etl.movers.decompress import Limits
from cloister_etl.movers.openpgp import Keys
from cloister_etl.movers.tasks import Decompress, Decrypt, PinnedInput, Split
from cloister_etl.rows.columns import Boolean, Column, Date, Decimal, Integer, Text, Timestamp
from cloister_etl.rows.schema import Form, RowSchema
from cloister_etl.s3.objects import S3Object
from cloister_etl.session import current

__all__ = [
    "Archive", "Boolean", "Column", "Date", "Decimal", "Decompress", "Decrypt", "EtlError", "Form", "Integer", "Keys",
    "Limits", "LoadInputs", "Log", "PinnedInput", "Rejected", "RowSchema", "S3Object", "Split", "Text", "Timestamp",
    "current",
]  # fmt: skip
