"""Where the figures to check against are: tests/truth."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Truth = Callable[[str], Any]


@pytest.fixture(scope="session")
def truth() -> Truth:
    """Return a reader of truth files by name."""
    folder = Path(__file__).parents[1] / "truth"
    return lambda name: json.loads((folder / f"{name}.json").read_text("utf-8"))
