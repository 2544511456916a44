"""Write the next revision: what the models have that the revisions so far do not.

    python -m migrations.draft WHAT

Works on an empty SQLite file. Read what it wrote before keeping it: it takes a renaming for a loss and a
gain, and does not look at defaults and checks.
"""

import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

FOLDER = Path(__file__).resolve().parent


def draft(what: str, versions: Path = FOLDER / "versions") -> Path:
    """Write a revision into a folder of revisions and return its file."""
    versions.mkdir(exist_ok=True)
    numbers = [int(path.name.split("_")[0]) for path in versions.glob("[0-9]*.py")]
    number = f"{max(numbers, default=0) + 1:04}"
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    with tempfile.TemporaryDirectory() as folder:
        engine = sa.create_engine(f"sqlite:///{folder}/draft.db")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=what, autogenerate=True, rev_id=number)
        engine.dispose()
    return next(versions.glob(f"{number}_*.py"))


if __name__ == "__main__":
    sys.stdout.write(f"{draft(' '.join(sys.argv[1:]))}\n")
