"""What the store can refuse, each with a catalogue key and the values to word it with."""


class StoreError(Exception):
    """The store cannot do this."""

    key = "error.store"

    def __init__(self, **values: object) -> None:
        """Keep the values that a catalogue sentence needs."""
        self.values = values
        self.message = type(self).__doc__ or type(self).__name__
        super().__init__(self.message)

    def __str__(self) -> str:
        """Tell the default message and the values, for logs."""
        told = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.message} ({told})" if told else self.message


class NotFoundError(StoreError):
    """There is no such thing."""

    key = "error.not_found"

    def __init__(self, what: str, number: int | str) -> None:
        """Name what was looked for and the number it was looked for by."""
        super().__init__(what=what, number=number)


class TransitionError(StoreError):
    """A ticket in this status cannot do that."""

    key = "error.transition"

    def __init__(self, status: str, verb: str) -> None:
        """Name the status the ticket is in and the verb that was tried."""
        super().__init__(status=str(status), verb=verb)


class RefusedError(StoreError):
    """A rule refuses this."""

    key = "refused"

    def __init__(self, code: str, **values: object) -> None:
        """Name the rule by its code; the catalogue key is `refused.CODE`."""
        super().__init__(**values)
        self.code = code
        self.key = f"refused.{code}"
        self.message = f"{self.message} [{code}]"
