"""The command line: one command a file, each imported only when it is called."""

import typer

from bot.cli import backup, demo, doctor, importing, run, sandbox, show

app = typer.Typer(
    name="hearwell",
    help="Hearwell: a customer-service bot with its own CRM.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("sandbox")(sandbox.sandbox)
app.command("doctor")(doctor.doctor)
app.command("import")(importing.import_)
app.command("backup")(backup.backup)
app.command("config")(show.config)
app.command("replay")(run.replay)


def main() -> None:
    """Run the command line."""
    app()
