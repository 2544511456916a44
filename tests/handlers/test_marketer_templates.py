"""Saved texts of campaigns: kept by name in either language, and filled in for each reader."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store import templates
from crm_store.models.staff import Audit
from handlers.texts import catalogue
from tests.handlers.marketing import deliver, feed, look, newest, open_house, step, tick

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
EDIT = "/template edit spring {} {}"


@LANGUAGES
def test_a_text_is_kept_listed_and_shown(tmp_path: Path, language: str) -> None:
    at = open_house(tmp_path, language=language)
    [saved] = at.hears("zhao", EDIT.format("en", "Dear {{ customer }}, spring teas are here."))
    assert "spring" in saved
    [listed] = at.hears("zhao", "/template")
    assert "· spring" in listed
    [shown] = at.hears("zhao", "/template SPRING")
    assert "Dear {{ customer }}, spring teas are here." in shown
    assert catalogue.say(language, "template.missing_zh", name="spring") in shown
    audited = look(at, lambda session: session.scalars(sa.select(Audit.what)).all())
    assert "template.changed" in audited


@LANGUAGES
def test_wrong_use_is_told_in_one_sentence(tmp_path: Path, language: str) -> None:
    at = open_house(tmp_path, language=language)
    at.hears("zhao", EDIT.format("en", "Spring teas."))

    def refused(key: str, **values: object) -> list[str]:
        return [f"203: {catalogue.say(language, f'refused.{key}', **values)}"]

    assert at.hears("zhao", "/template sprin") == refused("meant_template", word="sprin", meant="spring")
    assert at.hears("zhao", "/template edit spring fr Bonjour") == refused("template_edit_usage")
    assert at.hears("zhao", "/template edit drop en Hello") == refused("template_name", word="drop")
    assert at.hears("zhao", EDIT.format("en", "Save {{ discount }}")) == refused(
        "template_blank", blank="discount", blanks="{{ customer }}"
    )
    assert look(at, lambda session: templates.named(session, "spring")).texts == {"en": "Spring teas."}
    at.hears("zhao", "/template drop spring")
    assert look(at, templates.everything) == []


def test_agents_may_not_change_them(tmp_path: Path) -> None:
    at = open_house(tmp_path)
    at.hears("wang", EDIT.format("en", "Spring teas."))
    assert look(at, templates.everything) == []


@pytest.mark.parametrize("way", ["button", "template: spring", "模板：Spring"])
def test_a_campaign_takes_both_texts_and_fills_in_each_name(tmp_path: Path, way: str) -> None:
    at = open_house(tmp_path, language="en")
    at.hears("zhao", EDIT.format("zh", "{{ customer }}您好，春茶上市了。"))
    at.hears("zhao", EDIT.format("en", "Dear {{customer}}, spring teas are here."))
    at.hears("zhao", "/campaign")
    if way == "button":
        [data] = [data for label, data in at.buttons() if label == "📄 spring"]
        [asked] = at.presses("zhao", data)
    else:
        [asked] = at.hears("zhao", way)
    assert asked.startswith("203: Step 3 of 4")
    step(at, "everyone")
    step(at, "now")
    step(at, "confirm")
    tick(at)
    sent = feed(at)
    deliver(at)
    names = look(at, lambda session: dict(session.execute(sa.text("select id, name from customer")).all()))
    assert len(sent) == 4
    assert {line.partition(": ")[2] for line in sent} == {
        *(f"{names[one]}您好，春茶上市了。" for one in (1, 2)),
        *(f"Dear {names[one]}, spring teas are here." for one in (3, 4)),
    }


def test_changing_or_dropping_a_template_leaves_a_confirmed_campaign_alone(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    at.hears("zhao", EDIT.format("en", "Spring teas."))
    at.hears("zhao", "/campaign")
    at.hears("zhao", "template: spring")
    step(at, "everyone")
    at.hears("zhao", "daily 09:00")
    step(at, "confirm")
    at.hears("zhao", EDIT.format("en", "Autumn teas."))
    at.hears("zhao", "/template drop spring")
    assert newest(at).text_en == "Spring teas."


def test_a_typed_text_may_have_blanks_but_only_ones_that_can_be_filled(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    at.hears("zhao", "/campaign")
    [refused] = at.hears("zhao", "Dear {{ first name }}")
    assert "{{ first name }}" in refused
    [asked] = at.hears("zhao", "Dear {{ customer }}")
    assert asked.startswith("203: Step 2 of 4")
    [long] = at.hears("zhao", "{{ customer }}" * 63)
    assert "4032" in long


def test_a_template_without_english_is_not_taken_as_the_english_text(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    at.hears("zhao", EDIT.format("zh", "春茶上市了。"))
    at.hears("zhao", "/campaign")
    at.hears("zhao", "春茶")
    assert at.hears("zhao", "template: spring") == [
        "203: “spring” has no English text yet. Type the text, or skip English."
    ]
