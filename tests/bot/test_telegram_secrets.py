"""Canaries for secrets: whatever is logged, and by whomever, no line holds one."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import config, observe

TOKEN = "100001:" + "CANARY" * 6
HOOK = "hook-" + "canary-secret"
both = pytest.mark.parametrize("kind", ["json", "plain"])


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    """Give pytest its own logging back afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


def log_as(kind: str) -> None:
    observe.set_up(secrets=frozenset({TOKEN, HOOK}), level="DEBUG", json=kind == "json")


def logged(capsys: pytest.CaptureFixture[str]) -> str:
    sys.stderr.flush()
    return capsys.readouterr().err


@both
def test_no_way_of_logging_shows_a_secret(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    log_as(kind)
    log = logging.getLogger("anybody.at.all")
    url = f"https://api.telegram.org/bot{TOKEN}/sendMessage"
    log.warning("calling %s", url)
    log.warning(f"with {HOOK} in it")
    log.warning("as a field", extra={"url": url, "deep": {"secret": HOOK, "list": [TOKEN]}})
    try:
        raise ConnectionError(f"cannot reach {url}")
    except ConnectionError:
        log.exception("it failed with %r", {"token": TOKEN})
    told = logged(capsys)
    assert told.count(observe.HIDDEN) >= 4
    assert "CANARY" not in told
    assert "canary-secret" not in told


@both
def test_a_line_that_cannot_be_worded_is_not_shown_raw(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    log_as(kind)
    logging.getLogger("x").error("%d of them", TOKEN)
    told = logged(capsys)
    assert "CANARY" not in told
    assert "test_telegram_secrets.py" in told


@both
def test_a_token_that_is_no_setting_is_hidden_by_its_shape(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log_as(kind)
    for mark in (":", "%3A", "%3a"):
        logging.getLogger("x").error(
            f"someone pasted 7654321{mark}AAF-other_CANARY_token_of_35_letters_xx here"
        )
    assert "CANARY" not in logged(capsys)


def test_settings_show_no_secret(tmp_path: Path) -> None:
    settings = config.without_environment(
        telegram={"token": TOKEN, "webhook_secret": HOOK}, data_dir=tmp_path
    )
    for told in (str(settings), repr(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert "CANARY" not in told
        assert "canary-secret" not in told


def test_a_wrong_token_is_not_repeated_in_the_complaint() -> None:
    with pytest.raises(Exception, match="TOKEN") as caught:
        config.load(telegram={"token": "CANARY-no-token"})
    assert "CANARY" not in str(caught.value)
