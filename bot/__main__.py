"""`python -m bot`: everything an operator starts from a shell."""

import sys


def main() -> None:
    """Run a command; `run` lives long, so it loads nothing of the others."""
    if sys.argv[1:] == ["run"]:
        from bot.cli.run import run

        run()
        return
    from bot.cli.main import main as all_commands

    all_commands()


if __name__ == "__main__":
    main()
