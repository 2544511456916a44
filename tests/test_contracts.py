"""Who may import whom: the project keeps every contract, and each contract refuses what it is there for."""

import configparser
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "handlers", "crm_store", "scoring")
FORBIDDEN = [
    ("layers", "handlers/agent/desk.py", "import bot.clock"),
    ("layers", "crm_store/tickets.py", "import handlers.ports"),
    ("layers", "scoring/text.py", "import crm_store.errors"),
    ("layers", "crm_store/tickets.py", "import scoring.text"),
    ("edges", "handlers/router.py", "import aiohttp"),
    ("edges", "crm_store/store.py", "import socket"),
    ("edges", "scoring/match.py", "import subprocess"),
    ("pure", "scoring/satisfaction.py", "import random"),
    ("pure", "crm_store/rules/sla.py", "import time"),
    ("pure", "crm_store/rules/sla.py", "import crm_store.types"),
    ("frames", "crm_store/ratings.py", "import pandas"),
    ("frames", "handlers/charts/trend.py", "import numpy"),
    ("pictures", "bot/app.py", "import matplotlib"),
    ("store", "crm_store/store.py", "import crm_store.tickets"),
    ("store", "crm_store/models/ticket.py", "import crm_store.store"),
    ("store", "crm_store/errors.py", "import crm_store.types"),
    ("store", "crm_store/rules/sla.py", "import crm_store.models.ticket"),
    ("channels", "bot/channels/telegram/channel.py", "import bot.channels.another"),
    ("sandbox", "bot/sandbox/world.py", "import bot.clock"),
    ("sandbox", "bot/sandbox/world.py", "import bot.delivery.pace"),
    ("sandbox", "bot/sandbox/world.py", "import telegram"),
    ("clockwork", "handlers/agent/desk.py", "import handlers.clockwork"),
    ("clockwork", "bot/clockwork.py", "import handlers.clockwork"),
    ("acyclic", "crm_store/errors.py", "import crm_store.tickets"),
    ("acyclic", "handlers/ports.py", "import handlers.context"),
]


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on a tree."""
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the four packages, with a second channel beside the first."""
    folder = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", folder)
    another = folder / "bot/channels/another"
    another.mkdir()
    (another / "__init__.py").touch()
    return folder


@pytest.fixture
def mended(copy: Path) -> Iterator[Path]:
    """Give the copy, and take back what a test wrote into it."""
    before = {path: path.read_bytes() for path in copy.rglob("*.py")}
    yield copy
    for path, content in before.items():
        if path.read_bytes() != content:
            path.write_bytes(content)


@pytest.mark.slow
def test_the_project_keeps_every_contract() -> None:
    linted = lint(ROOT, "--no-logo")
    assert linted.returncode == 0, linted.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("contract", "file", "line"), FORBIDDEN, ids=lambda value: str(value))
def test_a_contract_breaks(mended: Path, contract: str, file: str, line: str) -> None:
    assert lint(mended, "--contract", contract).returncode == 0
    (mended / file).write_text(f"{line}\n{(mended / file).read_text(encoding='utf-8')}", encoding="utf-8")
    linted = lint(mended, "--contract", contract)
    assert linted.returncode == 1
    assert "1 broken" in linted.stdout


def test_each_contract_has_an_import_that_breaks_it() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    contracts = {section.rpartition(":")[2] for section in parser.sections() if ":contract:" in section}
    assert contracts == {contract for contract, _, _ in FORBIDDEN}
