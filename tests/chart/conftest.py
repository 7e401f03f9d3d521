from pathlib import Path

import pytest

from chart.helm import Helm


@pytest.fixture
def helm(tmp_path: Path) -> Helm:
    """Without a cluster."""
    return Helm(tmp_path / "helm")
