"""The right to receive and send with a data folder: one process at a time has it."""

import fcntl
import os
from pathlib import Path

from crm_store.errors import StoreError


class AlreadyRunningError(StoreError):
    """Another process already sends and receives with this data folder."""

    key = "error.second_process"


class RunLock:
    """The right to receive and send with a data folder, held by one process at a time."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "run.lock"
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock or raise AlreadyRunningError."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise AlreadyRunningError from error
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._file = handle

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
