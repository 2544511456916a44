"""`config` shows what is in force and no secret; every command explains itself and refuses in a sentence."""

from pathlib import Path

import pytest

from bot.cli.main import app
from bot.sandbox.bots import DEFAULT_TOKEN
from tests.bot.console import Console
from tests.test_docs import settings

COMMANDS = sorted(command.name or "" for command in app.registered_commands)
CANARY = "canary" + "-secret"


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def flat(text: str) -> str:
    """Return a text without frames and line ends."""
    return " ".join(text.replace("│", " ").split())


class TestConfig:
    def test_every_setting_is_shown(self, console: Console) -> None:
        said = console.run("config", TIMEZONE="Asia/Shanghai", TELEGRAM__RATE="12.5")
        assert said.code == 0
        shown = dict(line.split(" = ", 1) for line in said.out.splitlines())
        assert set(shown) == set(settings())
        assert shown["HEARWELL_TIMEZONE"] == "Asia/Shanghai"
        assert shown["HEARWELL_TELEGRAM__RATE"] == "12.5"

    @pytest.mark.parametrize(("name", "value"), [
        ("TELEGRAM__WEBHOOK_SECRET", CANARY),
        ("TELEGRAM__API_URL", f"http://proxy:{CANARY}@127.0.0.1:8081"),
        ("TELEGRAM__WEBHOOK_URL", f"https://proxy:{CANARY}@bot.example.org/hook"),
        ("DATABASE__URL", f"postgresql://hearwell:{CANARY}@db.example.org:5432/hearwell"),
        ("DATABASE__URL", f"postgresql://hearwell:p@{CANARY}@db.example.org/hearwell"),
        ("DATABASE__URL", f"postgresql://hearwell:/{CANARY}@db.example.org/hearwell"),
        ("DATABASE__URL", f"postgresql:///hearwell?password={CANARY}&host=db.example.org"),
        ("DATABASE__URL", f"postgresql:///hearwell?host=db.example.org&sslpassword={CANARY}"),
    ])  # fmt: skip
    def test_no_secret_is_shown(self, console: Console, name: str, value: str) -> None:
        said = console.run("config", **{name: value})
        assert said.code == 0
        assert CANARY not in said.all
        assert DEFAULT_TOKEN not in said.all
        assert f"HEARWELL_{name} = " in said.out
        if "example.org" in value:
            assert "example.org" in said.out

    def test_a_wrong_setting_is_named_without_its_value(self, console: Console) -> None:
        for language, told in (("en", "is not a bot token"), ("zh", "不是有效的机器人令牌")):
            said = console.run("config", LANGUAGE=language, TELEGRAM__TOKEN=CANARY)
            assert (said.code, said.out) == (2, "")
            assert told in said.err
            assert CANARY not in said.err

    def test_a_wrong_database_is_named_without_its_password(self, console: Console) -> None:
        said = console.run("config", DATABASE__URL=f"mysql://root:{CANARY}@db/x")
        assert said.code == 2
        assert said.err.startswith("HEARWELL_DATABASE__URL must begin with sqlite:/// or postgresql://.")
        assert CANARY not in said.err


class TestHelp:
    def test_it_lists_every_command_and_what_the_exit_codes_mean(self, console: Console) -> None:
        said = console.run("--help")
        assert said.code == 0
        assert [name for name in COMMANDS if f"│ {name} " not in said.out] == []
        assert "0 done; 1 the doctor found a fault" in flat(said.out)

    @pytest.mark.parametrize("name", COMMANDS)
    def test_each_command_says_what_it_does_and_explains_its_options(
        self, console: Console, name: str
    ) -> None:
        said = console.run(name, "--help")
        assert said.code == 0
        (command,) = (each for each in app.registered_commands if each.name == name)
        assert command.callback is not None
        assert flat(str(command.callback.__doc__)) in flat(said.out)
        rows = [line.strip("│ ") for line in said.out.splitlines() if line.startswith("│ ")]
        explained = [row.partition(">")[2] for row in rows if "<" in row]
        assert explained
        assert [row for row in explained if len(row.split()) < 3] == []

    def test_an_unknown_command_is_named(self, console: Console) -> None:
        said = console.run("imprt")
        assert (said.code, said.out) == (2, "")
        assert "No such command 'imprt'. Did you mean 'import'?" in flat(said.err)
        assert "--help" in said.err

    @pytest.mark.parametrize(("arguments", "told"), [
        (["import"], "Missing argument '[KIND]'"),
        (["run", "now"], "unexpected extra argument"),
        (["backup", "--fast"], "No such option: --fast"),
        (["demo", "--port", "web"], "Invalid value for '--port'"),
        (["demo", "--port", "70000"], "less than or equal to 65535"),
    ])  # fmt: skip
    def test_a_wrong_argument_is_named(self, console: Console, arguments: list[str], told: str) -> None:
        said = console.run(*arguments)
        assert (said.code, said.out) == (2, "")
        assert told in flat(said.err)

    def test_without_a_command_the_help_is_shown(self, console: Console) -> None:
        said = console.run()
        assert said.code == 2
        assert "import" in said.all
