"""What a module of scoring brings into the process when it is imported."""

import subprocess
import sys
from pathlib import Path

import pytest

import scoring

HEAVY = {"pandas", "numpy", "scipy", "matplotlib", "openpyxl"}


PUBLIC = sorted(f"scoring.{path.stem}" for path in Path(scoring.__path__[0]).glob("[!_]*.py"))


@pytest.mark.parametrize("module", PUBLIC)
def test_importing_scoring_loads_nothing_heavy(module: str) -> None:
    script = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert module in loaded.split()
    assert not HEAVY & set(loaded.split())
