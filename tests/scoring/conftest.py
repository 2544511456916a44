"""Where the figures to check against are: tests/truth, or the folder that --truth-dir names."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Truth = Callable[[str], Any]
FOLDER = Path(__file__).parents[1] / "truth"


def near(expected: Sequence[float | None], *, within: float = 1e-6) -> Any:
    """Return what equals these figures within a tolerance, relative above 1; None equals None alone."""
    return [None if figure is None else pytest.approx(figure, rel=within, abs=within) for figure in expected]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what reads no figures when a folder of them is named."""
    if _folder(config, "--truth-dir") is None:
        return
    others = [item for item in items if "truth" not in getattr(item, "fixturenames", ())]
    items[:] = [item for item in items if "truth" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=others)


@pytest.fixture(scope="session")
def truth(request: pytest.FixtureRequest) -> Truth:
    """Return a reader of figures by file name: JSON as it is, CSV as a list of {heading: text}.

    A file that the named folder lacks skips the tests that read it; one that ours lacks fails them.
    """
    named = _folder(request.config, "--truth-dir")

    def figures(name: str) -> Any:
        path = (named or FOLDER) / name
        if named is not None and not path.exists():
            pytest.skip(f"{name} is not in {named}")
        return _read(path)

    return figures


@pytest.fixture(scope="session")
def table(request: pytest.FixtureRequest) -> Truth:
    """Return a reader of tables we do not keep, by name: from --data-dir, or beside the named figures."""
    options = (_folder(request.config, option) for option in ("--data-dir", "--truth-dir"))
    folders = [folder for folder in options if folder is not None]

    def rows(name: str) -> Any:
        for folder in folders:
            if (folder / name).exists():
                return _read(folder / name)
        return pytest.skip(f"{name} is not kept here; --data-dir=folder says where it is")

    return rows


def _folder(config: pytest.Config, option: str) -> Path | None:
    """Return the folder an option names."""
    named = config.getoption(option)
    if named is None:
        return None
    if not Path(named).is_dir():
        raise pytest.UsageError(f"{option}: {named} is not a folder")
    return Path(named)


def _read(path: Path) -> Any:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)) if path.suffix == ".csv" else json.load(file)
