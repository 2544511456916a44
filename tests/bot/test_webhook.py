"""The webhook: who may post, what is answered when, and that nothing is dropped in silence."""

import logging
from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest

from bot.observe import Metrics
from bot.web.server import HEADER, MOST_BYTES, Server, Webhook
from crm_store.store import StoreBusyError

SECRET = "only-" + "telegram-knows"
UPDATE = b'{"update_id": 7, "message": {}}'


class Door:
    """Takes updates, or fails as told."""

    def __init__(self) -> None:
        self.taken: list[dict[str, object]] = []
        self.error: Exception | None = None

    async def accept(self, updates: Sequence[dict[str, object]]) -> None:
        if self.error is not None:
            raise self.error
        self.taken += updates


class Post:
    """Posts to the webhook of a running server."""

    def __init__(self, server: Server, door: Door, http: aiohttp.ClientSession) -> None:
        self.server, self.door, self.http = server, door, http

    async def __call__(self, body: bytes, **headers: str) -> aiohttp.ClientResponse:
        given = headers or {HEADER: SECRET}
        return await self.http.post(f"http://127.0.0.1:{self.server.port}/hook", data=body, headers=given)


async def ready() -> bool:
    return True


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    door = Door()
    server = Server("127.0.0.1", 0, Metrics(), ready, Webhook("/hook", SECRET, door.accept))
    await server.start()
    async with aiohttp.ClientSession() as http:
        yield Post(server, door, http)
    await server.stop()


async def test_an_update_is_taken_and_answered(post: Post) -> None:
    answer = await post(UPDATE)
    assert (answer.status, await answer.read()) == (200, b"")
    assert post.door.taken == [{"update_id": 7, "message": {}}]


@pytest.mark.parametrize("given", [None, "", "wrong", SECRET + "x", "\udcff\udcfe"])
async def test_without_the_secret_nobody_gets_in(post: Post, given: str | None) -> None:
    headers = {"X-Other": "1"} if given is None else {HEADER: given}
    assert (await post(UPDATE, **headers)).status == 401
    assert post.door.taken == []


async def test_an_empty_secret_opens_nothing() -> None:
    door = Door()
    server = Server("127.0.0.1", 0, Metrics(), ready, Webhook("/hook", "", door.accept))
    await server.start()
    async with aiohttp.ClientSession() as http:
        for headers in ({}, {HEADER: ""}):
            answer = await http.post(f"http://127.0.0.1:{server.port}/hook", data=UPDATE, headers=headers)
            assert answer.status == 401
    await server.stop()
    assert door.taken == []


async def test_more_than_a_mebibyte_is_refused(post: Post) -> None:
    assert (await post(b" " * (MOST_BYTES + 1))).status == 413
    assert (await post(UPDATE + b" " * (MOST_BYTES - len(UPDATE)))).status == 200
    assert len(post.door.taken) == 1


@pytest.mark.parametrize(
    "error", [StoreBusyError(), OSError("the disk is full"), KeyError("a fault of ours")]
)
async def test_what_was_not_journalled_is_asked_for_again(post: Post, error: Exception) -> None:
    post.door.error = error
    answer = await post(UPDATE)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"not json", b"[1]", b"7", b"null", b"{}", b'{"update_id": "7"}', b'{"update_id": true}',
        b'{"update_id": 7', b"\xff\xfe", b'{"update_id": 99999999999999999999}', b'{"update_id": 1.5}',
    ],
)  # fmt: skip
async def test_garbage_is_logged_and_never_comes_again(
    post: Post, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "hearwell.web"):
        assert (await post(body)).status == 200
    assert post.door.taken == []
    assert f"{len(body)} bytes" in caplog.text


async def test_health_and_readiness_are_told(post: Post) -> None:
    base = f"http://127.0.0.1:{post.server.port}"
    assert (await post.http.get(f"{base}/healthz")).status == 200
    assert (await post.http.get(f"{base}/readyz")).status == 200
    metrics = await (await post.http.get(f"{base}/metrics")).text()
    assert "hearwell_in_flight" in metrics
