"""Settings come from variables, then files; what is wrong is named."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.config import EXAMPLES, ConfigError, load

EXAMPLE = EXAMPLES["telegram.token"].partition("=")[2]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TELEGRAM__TOKEN", "CONFIG", "LANGUAGE"):
        monkeypatch.delenv(f"HEARWELL_{name}", raising=False)


@pytest.fixture
def toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "hearwell.toml"
    path.write_text('language = "zh"\n[telegram]\nrate = 20\nadmins = [1, 2]\nstaff_group = -1001\n')
    monkeypatch.setenv("HEARWELL_CONFIG", str(path))
    return path


@pytest.mark.usefixtures("toml")
def test_a_toml_file_is_read() -> None:
    settings = load()
    assert (settings.language, settings.telegram.rate, settings.telegram.admins) == ("zh", 20, (1, 2))


@pytest.mark.usefixtures("toml")
def test_a_variable_wins_over_the_file_and_leaves_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARWELL_LANGUAGE", "en")
    monkeypatch.setenv("HEARWELL_TELEGRAM__RATE", "5")
    settings = load()
    assert (settings.language, settings.telegram.rate, settings.telegram.staff_group) == ("en", 5, -1001)


@pytest.mark.usefixtures("toml")
def test_what_a_caller_gives_wins_over_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARWELL_LANGUAGE", "zh")
    assert load(language="en").language == "en"


def test_a_secret_can_stand_in_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(f"{EXAMPLE}\n")
    monkeypatch.setenv("HEARWELL_TELEGRAM__TOKEN_FILE", str(tmp_path / "token"))
    token = load().telegram.token
    assert token is not None
    assert token.get_secret_value() == EXAMPLE


@pytest.mark.usefixtures("toml")
def test_a_file_of_one_value_wins_over_the_file_of_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "language").write_text("en\n")
    monkeypatch.setenv("HEARWELL_LANGUAGE_FILE", str(tmp_path / "language"))
    assert load().language == "en"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HEARWELL_TELEGRAM__TOKEN", "not a token"),
        ("HEARWELL_TELEGRAM__API_URL", "api.telegram.org"),
        ("HEARWELL_TELEGRAM__RATE", "fast"),
        ("HEARWELL_TELEGRAM__MODE", "pigeon"),
        ("HEARWELL_TELEGRAM__ADMINS", "wang"),
        ("HEARWELL_DATABASE__URL", "mysql://x"),
        ("HEARWELL_WEB__PORT", "99999"),
        ("HEARWELL_TIMEZONE", "Mars/Base"),
        ("HEARWELL_DESK__HOURS", "whenever"),
        ("HEARWELL_DESK__CLOSED", "soon"),
        ("HEARWELL_LANGUAGE", "fr"),
    ],
)
def test_what_is_wrong_is_named_with_an_example(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as refused:
        load()
    assert variable in str(refused.value)
    assert f"{variable}=" in str(refused.value)


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARWELL_CONFIG", "/no/such/file.toml")
    with pytest.raises(ConfigError, match=r"/no/such/file\.toml"):
        load()


def test_showing_the_settings_hides_every_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARWELL_TELEGRAM__TOKEN", EXAMPLE)
    monkeypatch.setenv("HEARWELL_TELEGRAM__WEBHOOK_SECRET", "canary-one")
    monkeypatch.setenv("HEARWELL_DATABASE__URL", "postgresql://hearwell:canary-two@db/hearwell")
    shown = CliRunner().invoke(app, ["config"])
    assert shown.exit_code == 0
    assert "HEARWELL_DATABASE__URL = postgresql://hearwell:" in shown.output
    assert not [secret for secret in (EXAMPLE, "canary-one", "canary-two") if secret in shown.output]
