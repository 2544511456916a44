"""`python -m bot`: everything an operator starts from a shell."""

from bot.cli.main import main

if __name__ == "__main__":
    main()
