"""The system relations that there are, by the files that define them."""

import re
from importlib import resources

from redshift.template import CATALOG

PREFIXES = ("pg_", "svv_", "svl_", "svcs_", "stl_", "stv_", "sys_")
DEFINED = re.compile(r"^CREATE VIEW redshift\.(\w+)", re.MULTILINE)


def _views() -> frozenset[str]:
    texts = ((resources.files("redshift") / "catalog" / name).read_text(encoding="utf-8") for name in CATALOG)
    return frozenset(view for text in texts for view in DEFINED.findall(text) if view.startswith(PREFIXES))


VIEWS = _views()
