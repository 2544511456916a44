"""What is written for people is whole: settings, commands, scores, links, and texts in both languages."""

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from pydantic import BaseModel

from bot.config import EXAMPLES, PREFIX, Settings, load
from handlers.routes import ROUTES
from handlers.texts import catalogue
from tests import reference

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
TEXTS = ROOT / "handlers/texts"
CODE = sorted(path for package in ("bot", "handlers") for path in (ROOT / package).rglob("*.py"))
FILE = "HEARWELL_CONFIG"  # where settings may stand instead
WORDED = re.compile(r"\b(?:reply|say)\(\s*\"([a-z_]+(?:\.[a-z_]+)+)\"")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def settings(model: type[BaseModel] = Settings, path: str = "") -> Iterator[str]:
    """Give every setting as the variable that sets it."""
    for field, of in model.model_fields.items():
        kind = of.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings(kind, f"{path}{field}__")
        else:
            yield f"{PREFIX}{path}{field}".upper()


def public_functions(package: str) -> Iterator[str]:
    """Give `module.function` for the public functions of a package's public modules."""
    for path in sorted((ROOT / package).glob("[!_]*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{path.stem}.{node.name}"


def read(page: str) -> str:
    return (DOCS / "reference" / page).read_text(encoding="utf-8")


def test_every_setting_is_documented_and_nothing_else() -> None:
    told = set(re.findall(r"^\| `(HEARWELL_\w+)`", read("settings.md"), re.MULTILINE))
    assert told == {*settings(), FILE}


def test_every_example_is_of_a_setting_and_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    for path, example in EXAMPLES.items():
        variable, _, value = example.partition("=")
        assert variable == PREFIX + path.upper().replace(".", "__")
        assert variable in {*settings(), FILE}
        if variable != FILE:
            monkeypatch.setenv(variable, value.strip("'"))
    load()


def test_every_example_is_shown() -> None:
    page = read("settings.md")
    assert [example for example in EXAMPLES.values() if example.partition("=")[2] not in page] == []


def test_the_page_of_commands_is_as_the_table_of_contents_says() -> None:
    assert read("commands.md") == reference.page(), "run `make reference`"


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_command_has_a_menu_line_that_telegram_takes(language: str) -> None:
    for route in ROUTES.of_kind("command"):
        assert re.fullmatch(r"[a-z0-9_]{1,32}", route.name)
        assert 1 <= len(catalogue.say(language, f"command.{route.name}")) <= 256


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_command_that_needs_something_says_how_it_is_used(language: str) -> None:
    for route in ROUTES.of_kind("command"):
        if any(not wanted.endswith("?") for wanted in route.takes.split()):
            assert f"/{route.name}" in catalogue.say(language, f"usage.{route.name}")


def test_every_score_is_documented() -> None:
    page = read("scores.md")
    assert [function for function in public_functions("scoring") if f"`{function}`" not in page] == []


def test_every_score_that_is_documented_exists() -> None:
    known = set(public_functions("scoring"))
    told = re.findall(r"^\| `(\w+\.\w+)`", read("scores.md"), re.MULTILINE)
    assert set(told) <= known


def placeholders(text: str) -> set[str]:
    return {found for _, found, _, _ in string.Formatter().parse(text) if found}


def entries(path: Path) -> list[tuple[str, str]]:
    with path.open("rb") as file:
        return [(str(entry.id), str(entry.string)) for entry in read_po(file) if entry.id]


def of_language(folder: str) -> dict[str, list[tuple[str, str]]]:
    return {path.name: entries(path) for path in sorted((TEXTS / folder).glob("*.po"))}


def test_both_languages_have_the_same_keys() -> None:
    zh, en = of_language("zh_Hans"), of_language("en")
    assert {file: {key for key, _ in found} for file, found in zh.items()} == {
        file: {key for key, _ in found} for file, found in en.items()
    }


@pytest.mark.parametrize("folder", catalogue.FOLDERS.values())
def test_every_key_is_worded_once(folder: str) -> None:
    found = [pair for of_file in of_language(folder).values() for pair in of_file]
    assert [key for key, text in found if not text] == []
    assert [key for key, times in Counter(key for key, _ in found).items() if times > 1] == []


def test_both_languages_have_the_same_placeholders() -> None:
    zh, en = catalogue.sentences("zh"), catalogue.sentences("en")
    assert [key for key in en if placeholders(en[key]) != placeholders(zh.get(key, ""))] == []


@pytest.mark.parametrize("path", CODE, ids=name)
def test_every_text_that_code_names_is_worded(path: Path) -> None:
    named = WORDED.findall(path.read_text(encoding="utf-8"))
    assert [key for key in named if not catalogue.knows(key)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_are_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(
        r"`((?:bot|handlers|crm_store|scoring|tests|benchmarks|docs|migrations)/[\w./-]*)`", text
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", sorted((DOCS / "adr").glob("*.md")), ids=name)
def test_a_decision_tells_context_decision_consequences_and_what_enforces_it(page: Path) -> None:
    heads = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert heads == ["Context", "Decision", "Consequences", "What enforces it"]


def python_blocks() -> Iterator[tuple[str, str]]:
    """Give every Python block of the documentation, with the page and its place there."""
    for page in PAGES:
        blocks = re.findall(
            r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
        for nth, block in enumerate(blocks, start=1):
            yield f"{name(page)} {nth}", block


@pytest.mark.parametrize(("place", "block"), [pytest.param(*one, id=one[0]) for one in python_blocks()])
def test_python_blocks_run(place: str, block: str) -> None:
    exec(compile(block, place, "exec"), {"__name__": place})  # noqa: S102 - our own pages
