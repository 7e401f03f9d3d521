"""Clusters as the control plane knows them, and the PostgreSQL behind each that was spoken to."""

import asyncio
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aws.errors import AwsError
from aws.redshift import backup
from aws.redshift.cluster import require_available
from aws.redshift.records import Cluster, Data

if TYPE_CHECKING:
    from redshift.warehouse import Warehouse

AT_ONCE = 8  # statements that run at the same time; the others wait
Key = tuple[str, str, str]  # account, region, identifier


@dataclass(frozen=True, slots=True)
class Known:
    database: str
    administrator: str
    roles: frozenset[str]  # ARNs of the IAM roles that it may become
    default_role: str
    made: object  # another one of the same name is another cluster
    data: Data | None


def known(account: str, region: str, identifier: str) -> Known:
    """The one place that asks the control plane."""
    try:
        found = require_available(account, region, identifier)
    except AwsError as error:
        if error.code.startswith("ClusterNotFound"):
            raise AwsError("ValidationException", "Redshift endpoint doesn't exist in this region.") from error
        raise AwsError("ValidationException", error.message) from error
    roles = frozenset(found.roles)
    return Known(found.database, found.master_user, roles, found.default_role, found.namespace, found.data)


class Clusters:
    def __init__(self) -> None:
        self.directory = Path(tempfile.gettempdir()) / "cloister-redshift"
        self.loop: asyncio.AbstractEventLoop  # where the emulator's state is read and changed
        self.open: dict[Key, tuple[Known, Warehouse]] = {}
        # Its threads last as long as the process, which PostgreSQL's own life hangs on.
        self.pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="redshift")
        # Who copies waits for nobody; statements wait for a copy.
        self.copier = ThreadPoolExecutor(1, thread_name_prefix="redshift-copy")
        self.copies: list[Data] = []
        self.number = 0

    def use(self, directory: Path, loop: asyncio.AbstractEventLoop) -> None:
        """Data of an emulator that was killed is nobody's any more."""
        shutil.rmtree(directory, ignore_errors=True)
        self.directory, self.loop = directory, loop

    def warehouse(self, account: str, region: str, identifier: str) -> "Warehouse":
        from redshift.warehouse import Warehouse  # only here: the driver loads slowly

        cluster = known(account, region, identifier)
        key = (account, region, identifier)
        held, warehouse = self.open.get(key, (None, None))
        if warehouse is not None and held is not None and held.made == cluster.made:
            return warehouse
        if warehouse is not None:
            warehouse.stop()
        restored = cluster.data.directory if cluster.data else None
        warehouse = Warehouse(self._directory(identifier), cluster.database, cluster.administrator, restored)
        self.open[key] = (cluster, warehouse)
        return warehouse

    def _directory(self, name: str) -> Path:
        self.number += 1
        return self.directory / f"{name}-{self.number}"

    def copy(self, cluster: Cluster) -> Data | None:
        """As of now: statements that come later wait until it is done."""
        held, warehouse = self.open.get((cluster.account, cluster.region, cluster.identifier), (None, None))
        if warehouse is None or held is None or held.made != cluster.namespace or not warehouse.started:
            return cluster.data
        directory = self._directory("snapshot")
        warehouse.hold()
        made = Data(directory, self.copier.submit(warehouse.copy, directory))
        self.copies.append(made)
        return made

    def end(self, cluster: Cluster) -> None:
        """After the copies of it that are under way."""
        key = (cluster.account, cluster.region, cluster.identifier)
        held, warehouse = self.open.get(key, (None, None))
        if warehouse is not None and held is not None and held.made == cluster.namespace:
            del self.open[key]
            self.copier.submit(warehouse.stop)

    def stop(self) -> None:
        """Ends every cluster, its data and snapshots included."""
        for _, warehouse in self.open.values():
            warehouse.stop()
        self.open.clear()
        wait([self.copier.submit(lambda: None)])  # what was ended before is gone then, too
        for each in self.copies:
            shutil.rmtree(each.directory, ignore_errors=True)
        self.copies.clear()


CLUSTERS = Clusters()
backup.keep_with(CLUSTERS)
