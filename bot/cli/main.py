"""The command line: one command a file, each imported only when it is called."""

import typer

from bot.cli import backup, demo, doctor, exporting, importing, replay, run, sandbox, scenario, score, show

app = typer.Typer(
    name="hearwell",
    help="Hearwell: a customer-service bot with its own CRM.",
    epilog=(
        "Settings are HEARWELL_… variables, listed in docs/reference/settings.md. "
        "Exit codes: 0 done; 1 the doctor found a fault, or the bot ended because of one; "
        "2 an argument, a file or a setting is wrong; 3 the store cannot be used."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("sandbox")(sandbox.sandbox)
app.command("doctor")(doctor.doctor)
app.command("import")(importing.import_)
app.command("export")(exporting.export)
app.command("score")(score.score)
app.command("backup")(backup.backup)
app.command("config")(show.config)
app.command("replay")(replay.replay)
app.command("scenario")(scenario.scenario)


def main() -> None:
    """Run the command line."""
    app()
