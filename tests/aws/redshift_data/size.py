"""How much a result may hold.

https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-troubleshooting.html
"""

from redshift.errors import SqlError
from redshift.result import Result

LARGEST_ROW = 64 * 1024
LARGEST = 500 * 1024 * 1024


def check_size(result: Result) -> None:
    sizes = [sum(len(cell.encode()) for cell in row if cell is not None) for row in result.rows]
    if max(sizes, default=0) > LARGEST_ROW:
        raise SqlError("Packet for query is too large", "54000")
    if sum(sizes) > LARGEST:
        raise SqlError("Database response exceeded size limit", "54000")
