"""What a module of scoring brings into the process when it is imported."""

import subprocess
import sys

import pytest

HEAVY = {"pandas", "numpy", "scipy", "matplotlib", "openpyxl"}


@pytest.mark.parametrize(
    "module", ["scoring.satisfaction", "scoring.trends", "scoring.text", "scoring.match", "scoring.clean"]
)
def test_importing_scoring_loads_nothing_heavy(module: str) -> None:
    script = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert module in loaded.split()
    assert not HEAVY & set(loaded.split())
