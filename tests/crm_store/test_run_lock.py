"""One process at a time may receive and send with a data folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from crm_store.run_lock import AlreadyRunningError, RunLock

TRY_LOCK = """
import sys
from pathlib import Path
from crm_store.run_lock import AlreadyRunningError, RunLock
try:
    RunLock(Path(sys.argv[1])).acquire()
except AlreadyRunningError as error:
    print(error.key)
else:
    print("taken", flush=True)
    sys.stdin.read()
"""


def another_process(folder: Path) -> "subprocess.Popen[str]":
    """Start a process that takes the lock of a folder and keeps it until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", TRY_LOCK, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.slow
def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    lock = RunLock(tmp_path)
    lock.acquire()
    with another_process(tmp_path) as second:
        assert said(second) == "error.second_process"
    lock.release()
    with another_process(tmp_path) as third:
        assert said(third) == "taken"
        with pytest.raises(AlreadyRunningError):
            lock.acquire()
        third.kill()
    lock.acquire()
    lock.release()


def test_a_lock_can_be_given_back_twice(tmp_path: Path) -> None:
    lock = RunLock(tmp_path)
    lock.acquire()
    lock.release()
    lock.release()
    lock.acquire()
    assert int((tmp_path / "run.lock").read_text()) > 0
    lock.release()
