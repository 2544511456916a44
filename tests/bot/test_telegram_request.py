"""Calls over aiohttp: what goes over the wire, what each failure means, and that no error names the token."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from telegram import Bot, InputFile
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.channels.telegram.request import AiohttpRequest, NeverSentError
from bot.observe import redact

TOKEN = "100001:" + "CANARY" * 6
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def calling(handler: Handler, *, read_timeout: float = 20) -> AsyncIterator[Bot]:
    """Serve every call with a handler and open a bot that calls it."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    request = AiohttpRequest(read_timeout=read_timeout)
    await request.initialize()
    try:
        yield Bot(
            TOKEN, base_url=f"http://127.0.0.1:{port}/bot", request=request, get_updates_request=request
        )
    finally:
        await request.shutdown()
        await runner.cleanup()


def answered(result: object, status: int = 200, **more: object) -> Handler:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"ok": status == 200, "result": result, **more}, status=status)

    return handler


async def call(bot: Bot, **params: object) -> object:
    return await bot.do_api_request("sendMessage", {"chat_id": 1, "text": "hello", **params})


async def test_a_call_is_one_json_body() -> None:
    seen: list[tuple[str, str, dict[str, object]]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.path, request.content_type, await request.json()))
        return web.json_response({"ok": True, "result": {"message_id": 7}})

    async with calling(handler) as bot:
        assert await call(
            bot, reply_markup={"inline_keyboard": [[{"text": "好", "callback_data": "x"}]]}
        ) == {"message_id": 7}
    ((path, kind, body),) = seen
    assert (path, kind) == (f"/bot{TOKEN}/sendMessage", "application/json")
    assert (body["chat_id"], body["text"]) == (1, "hello")
    assert "好" in str(body["reply_markup"]) or "\\u597d" in str(body["reply_markup"])


async def test_a_picture_goes_as_a_form() -> None:
    seen: dict[str, object] = {}

    async def handler(request: web.Request) -> web.Response:
        form = await request.post()
        photo = form["photo"]
        assert isinstance(photo, web.FileField)
        seen.update(
            chat=form["chat_id"], caption=form["caption"], name=photo.filename, bytes=photo.file.read()
        )
        return web.json_response({"ok": True, "result": {"message_id": 8}})

    async with calling(handler) as bot:
        photo = InputFile(b"\x89PNG bytes", filename="chart.png")
        await bot.do_api_request("sendPhoto", {"chat_id": 1, "caption": "满意度", "photo": photo})
    assert seen == {"chat": "1", "caption": "满意度", "name": "chart.png", "bytes": b"\x89PNG bytes"}


async def test_connections_are_kept_and_used_again() -> None:
    peers: set[object] = set()

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.json_response({"ok": True, "result": True})

    async with calling(handler) as bot:
        for _ in range(5):
            await call(bot)
    assert len(peers) == 1


async def refused_connection() -> None:
    async with calling(answered(True)) as bot:
        base = bot.base_url
    request = AiohttpRequest()
    await request.initialize()
    try:
        await request.post(f"{base}/sendMessage")
    finally:
        await request.shutdown()


async def closed_session() -> None:
    await AiohttpRequest().post(f"http://127.0.0.1:9/bot{TOKEN}/sendMessage")


async def unknown_host() -> None:
    request = AiohttpRequest()
    await request.initialize()
    try:
        await request.post(f"http://nowhere.invalid/bot{TOKEN}/sendMessage")
    finally:
        await request.shutdown()


async def no_answer() -> None:
    async def handler(_request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async with calling(handler, read_timeout=0.05) as bot:
        await call(bot)


async def dropped() -> None:
    async def handler(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with calling(handler) as bot:
        await call(bot)


async def half_an_answer() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"ok": tr')
        assert request.transport is not None
        request.transport.abort()
        return response

    async with calling(handler) as bot:
        await call(bot)


async def not_json() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(text="<html>")

    async with calling(handler) as bot:
        await call(bot)


async def bad_gateway() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=502, text="<html>")

    async with calling(handler) as bot:
        await call(bot)


async def wrong_url() -> None:
    request = AiohttpRequest()
    await request.initialize()
    try:
        await request.post(f"http://[::1/bot{TOKEN}/sendMessage")
    finally:
        await request.shutdown()


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (refused_connection, NeverSentError),
        (closed_session, NeverSentError),
        (unknown_host, NeverSentError),
        (no_answer, TimedOut),
        (dropped, NetworkError),
        (half_an_answer, NetworkError),
        (bad_gateway, NetworkError),
        (not_json, TelegramError),
        (wrong_url, NetworkError),
    ],
)
async def test_each_failure_has_its_kind_and_none_names_the_token(
    failure: Callable[[], Awaitable[None]], kind: type[TelegramError]
) -> None:
    with pytest.raises(kind) as caught:
        await failure()
    error: BaseException = caught.value
    assert isinstance(error, NeverSentError) == (kind is NeverSentError)
    assert "CANARY" not in str(error)
    assert "CANARY" not in repr(error)


async def test_refusals_carry_what_they_ask_for() -> None:
    slow = answered(None, 429, description="Too Many Requests: retry after 7", parameters={"retry_after": 7})
    async with calling(slow) as bot:
        with pytest.raises(RetryAfter) as caught:
            await call(bot)
    assert caught.value._retry_after.total_seconds() == 7
    async with calling(answered(None, 400, description="Bad Request: chat not found")) as bot:
        with pytest.raises(BadRequest, match="not found"):
            await call(bot)


async def test_a_traceback_of_a_failed_call_is_redacted_in_the_log() -> None:
    with pytest.raises(NeverSentError) as caught:
        await refused_connection()
    told = "".join(traceback.format_exception(caught.value))
    assert "CANARY" not in redact(told)
