"""A PostgreSQL cluster of our own: made in seconds, reached by a socket in its folder, thrown away after."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

NEEDED = ("initdb", "postgres")
UNPRIVILEGED = ("postgres", "nobody")
SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "max_connections=60",
    "shared_buffers=32MB",
    "autovacuum=off",
    "deadlock_timeout=50ms",
)
PATIENCE = 30.0


def binaries() -> Path | None:
    """Find the folder with initdb and postgres: on the PATH, or where Debian puts them, newest first."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True
    )
    found = shutil.which("initdb")
    for folder in ([Path(found).resolve().parent] if found else []) + versions:
        if all((folder / name).exists() for name in NEEDED):
            return folder
    return None


def user() -> str | None:
    """Name who must run the cluster: initdb refuses root; None means ourselves."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in names)


@dataclass(slots=True)
class Cluster:
    """A running cluster in a temporary folder."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    databases: int = 0

    def url(self, database: str) -> str:
        """Return the URL of a database, as the settings take it."""
        return f"postgresql+psycopg://tester@/{database}?host={self.folder}"

    def admin(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """Open a connection that may create and drop databases."""
        return psycopg.connect(f"postgresql://tester@/{database}?host={self.folder}", autocommit=True)

    def create(self, template: str = "template0") -> str:
        """Create a database and return its name."""
        self.databases += 1
        name = f"house{self.databases}"
        with self.admin() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return name

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected."""
        with self.admin() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)".encode())

    def stop(self) -> None:
        """Stop the cluster and remove its folder."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(folder_of_binaries: Path) -> Cluster:
    """Make a cluster and wait until it answers."""
    folder = Path(tempfile.mkdtemp(prefix="hearwell-pg-"))
    runs_as = user()
    if runs_as is not None:
        shutil.chown(folder, runs_as)
    data, log = folder / "data", folder / "log"
    made = subprocess.run(
        [folder_of_binaries / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8",
         "--locale=C", "--no-sync"],
        user=runs_as, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        raise RuntimeError(f"initdb failed: {made.stderr.strip()}")
    options = [part for setting in SETTINGS for part in ("-c", setting)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [folder_of_binaries / "postgres", "-D", data, "-k", folder, *options],
            user=runs_as, cwd=folder, stdout=output, stderr=output,
        )  # fmt: skip
    cluster = Cluster(folder, process)
    try:
        _wait(cluster, log)
    except BaseException:
        cluster.stop()
        raise
    return cluster


def _wait(cluster: Cluster, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            cluster.admin().close()
        except psycopg.OperationalError as error:
            if cluster.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the cluster does not answer: {log.read_text()}") from error
            time.sleep(0.05)
        else:
            return
