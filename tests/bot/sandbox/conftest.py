"""A served sandbox with a real client on it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.bot.sandbox.lab import Lab, open_lab


@pytest_asyncio.fixture
async def lab() -> AsyncIterator[Lab]:
    """Serve a sandbox without limits for one test."""
    async with open_lab() as opened:
        yield opened
