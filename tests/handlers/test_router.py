"""What the router tells people who typed something it does not know."""

from pathlib import Path

import pytest

from handlers.router import Router, command
from handlers.routes import ROUTES
from tests.factories import house


def test_a_suggested_command_is_told_as_it_is_typed(tmp_path: Path) -> None:
    built = house(tmp_path, ROUTES)
    (told,) = built.hears("mei", "/complain")
    assert "/complaint" in told
    assert "投诉" not in told
    built.store.close()


def test_a_line_without_a_role_is_refused() -> None:
    with pytest.raises(TypeError, match="who may do it"):
        Router(command("anything", print))  # type: ignore[arg-type]  # the type checker refuses it as well
