"""Every kind of line a ticket's log can hold has words in both languages, or is said to need none."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.agent import accounts
from handlers.texts import catalogue

HOUSE = Path(accounts.__file__).parents[2]


def recorded() -> Iterator[tuple[str, str]]:
    """Give every kind that a call of `events.record` names, and where."""
    for folder in ("handlers", "crm_store", "bot"):
        for path in sorted((HOUSE / folder).rglob("*.py")):
            code = path.read_text(encoding="utf-8")
            if "events.record" not in code:
                continue
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("events.record"):
                    yield from ((kind, path.name) for kind in _kinds(node))


def _kinds(call: ast.Call) -> Iterator[str]:
    [kind] = [word.value for word in call.keywords if word.arg == "kind"]
    found = [node.value for node in ast.walk(kind) if isinstance(node, ast.Constant)]
    yield from (str(word) for word in found)


RECORDED = sorted({kind for kind, _ in recorded()})


def test_the_log_is_written_with_kinds_that_stand_in_the_code() -> None:
    assert {"opened", "assigned", "resolved", "tagged", "macro_run"} <= set(RECORDED)


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
@pytest.mark.parametrize("kind", RECORDED)
def test_a_line_of_the_log_can_be_asked_about(kind: str, language: str) -> None:
    assert kind in accounts.SILENT or f"why.{kind}" in catalogue.sentences(language)
