"""The HTTP server: the Bot API, the control API and the page, on one port."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.sandbox import control, views
from bot.sandbox.arguments import Arguments, read_arguments
from bot.sandbox.bots import TOKEN_SHAPE, Account
from bot.sandbox.courier import Courier
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.events import Events
from bot.sandbox.files import PICTURES
from bot.sandbox.gateway import Answer, perform
from bot.sandbox.shapes import Json, as_int
from bot.sandbox.snapshot import folder_beside, write
from bot.sandbox.world import World

PAGE = Path(__file__).with_name("page")
SAVE_EVERY = 0.5
LARGEST_BODY = 64 * 1024 * 1024
WORLD = web.AppKey("world", World)
EVENTS = web.AppKey("events", Events)
IS_OPEN = web.AppKey[Callable[[], bool]]("is_open")


class Running:
    """A sandbox that serves; `stop` ends it."""

    def __init__(self, runner: web.AppRunner, host: str, port: int) -> None:
        self._runner = runner
        self.port = port
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Stop serving, after saving."""
        await self._runner.cleanup()


async def serve(
    world: World,
    host: str = "127.0.0.1",
    port: int = 0,
    state_path: Path | None = None,
    is_open: Callable[[], bool] = lambda: True,
) -> Running:
    """Serve a world; port 0 takes a free one. Until `is_open` says yes, /healthz answers 503.

    Raises OSError when the port is taken, before anything is started or saved.
    """
    door = socket.create_server((host, port))
    runner = web.AppRunner(
        build(world, state_path=state_path, is_open=is_open), access_log=None, shutdown_timeout=0.5
    )
    await runner.setup()
    await web.SockSite(runner, door).start()
    taken: int = door.getsockname()[1]
    return Running(runner, host, taken)


def build(
    world: World, *, state_path: Path | None, is_open: Callable[[], bool] = lambda: True
) -> web.Application:
    """Build the application; with a path the world is saved there after every change."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[refuse_strangers])
    app[WORLD], app[EVENTS], app[IS_OPEN] = world, Events(world), is_open
    app.router.add_route("*", "/bot{token}/{method}", answer_call)
    app.router.add_get("/file/bot{token}/{path:.+}", download)
    app.router.add_get("/sandbox/state", show_state)
    app.router.add_get("/sandbox/events", app[EVENTS].stream)
    app.router.add_get("/sandbox/calls", show_calls)
    app.router.add_get("/sandbox/file/{file_id}", show_file)
    app.router.add_delete("/sandbox/faults", clear_faults)
    app.router.add_post("/sandbox/{order}", give_order)
    app.router.add_get("/healthz", show_health)
    app.router.add_get("/", show_page)
    if PAGE.is_dir():
        app.router.add_static("/sandbox/page", PAGE)
    app.router.add_route("*", "/{rest:.*}", refuse_path)
    if state_path is not None:
        world.files.move(folder_beside(state_path))
        app.cleanup_ctx.append(lambda app: _saving(app[WORLD], state_path))
    app.cleanup_ctx.append(_delivering)
    app.on_shutdown.append(_let_go)
    return app


@web.middleware
async def refuse_strangers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse control requests that a page from elsewhere sends through somebody's browser."""
    origin = request.headers.get("Origin")
    if origin and request.path.startswith("/sandbox/") and urlsplit(origin).netloc != request.host:
        return control.reply({"error": "Only the sandbox's own page may ask this."}, status=403)
    return await handler(request)


async def answer_call(request: web.Request) -> web.StreamResponse:
    """Answer one call of the Bot API."""
    world = request.app[WORLD]
    try:
        bot = _bot(world, request.match_info["token"])
        arguments = await read_arguments(request)
    except ApiError as error:
        return _respond(Answer(error.code, error.body()))
    answer = await perform(world, bot, request.match_info["method"], arguments)
    if answer.is_dropped:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    return _respond(answer)


async def download(request: web.Request) -> web.StreamResponse:
    """Hand out the bytes of a file."""
    world = request.app[WORLD]
    try:
        _bot(world, request.match_info["token"])
        file = world.files.at(request.match_info["path"])
        if file is None:
            raise ApiError(Reason.PATH_UNKNOWN)
    except ApiError as error:
        return _respond(Answer(error.code, error.body()))
    return web.Response(body=world.files.content(file), content_type="application/octet-stream")


async def give_order(request: web.Request) -> web.StreamResponse:
    """Carry out a request of the control API."""
    return await control.obey(request.app[WORLD], request)


async def show_state(request: web.Request) -> web.StreamResponse:
    """Show people, chats, messages and settings."""
    world = request.app[WORLD]
    asked = [*request.query.getall("chat", []), *request.query.getall("chats", [])]
    wanted = {chat for each in ",".join(asked).split(",") if (chat := as_int(each)) is not None}
    named = [bot for bot in world.bots.values() if str(bot.id) == request.query.get("bot")]
    return control.reply(views.state(world, named[0] if named else world.bot, wanted if asked else None))


async def show_calls(request: web.Request) -> web.StreamResponse:
    """Show the latest calls of the bot, newest first."""
    limit = as_int(request.query.get("limit", "100")) or 100
    return control.reply(request.app[WORLD].calls.recent(limit))


async def show_file(request: web.Request) -> web.StreamResponse:
    """Hand a file to the page."""
    files = request.app[WORLD].files
    file = files.by_id.get(request.match_info["file_id"])
    if file is None:
        return control.reply({"error": "There is no such file."}, status=404)
    if file.mime in PICTURES.values():
        return web.Response(body=files.content(file), content_type=file.mime)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
    return web.Response(body=files.content(file), headers=headers, content_type="application/octet-stream")


async def clear_faults(request: web.Request) -> web.StreamResponse:
    """Forget every trouble ordered."""
    request.app[WORLD].faults.waiting.clear()
    return control.reply({"faults": []})


async def show_page(_: web.Request) -> web.StreamResponse:
    """Show the page."""
    index = PAGE / "index.html"
    return (
        web.FileResponse(index) if index.exists() else web.Response(text="The page is missing.", status=404)
    )


async def show_health(request: web.Request) -> web.Response:
    """Tell whether everything that belongs to this world is up."""
    is_open = request.app[IS_OPEN]()
    return web.json_response({"status": "ok" if is_open else "starting"}, status=200 if is_open else 503)


async def refuse_path(_: web.Request) -> web.StreamResponse:
    """Refuse what leads nowhere."""
    error = ApiError(Reason.PATH_UNKNOWN)
    return _respond(Answer(error.code, error.body()))


def _bot(world: World, token: str) -> Account:
    bot = world.bots.get(token)
    if bot is None:
        is_well_formed = TOKEN_SHAPE.fullmatch(token) is not None
        raise ApiError(Reason.TOKEN_UNKNOWN if is_well_formed else Reason.TOKEN_MALFORMED)
    return bot


def _respond(answer: Answer) -> web.Response:
    response = web.Response(
        body=orjson.dumps(answer.body), status=answer.status, content_type="application/json"
    )
    parameters = answer.body.get("parameters")
    if isinstance(parameters, dict) and "retry_after" in parameters:
        response.headers["Retry-After"] = str(parameters["retry_after"])
    return response


async def _delivering(app: web.Application) -> AsyncIterator[None]:
    world = app[WORLD]

    async def reply(bot: Account, given: Json) -> None:
        await perform(
            world, bot, str(given["method"]), Arguments({k: v for k, v in given.items() if k != "method"})
        )

    tasks = [asyncio.create_task(Courier(world, bot, reply).run()) for bot in world.bots.values()]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _let_go(app: web.Application) -> None:
    app[EVENTS].close()
    for bot in app[WORLD].bots.values():
        bot.updates.arrived.set()


async def _saving(world: World, path: Path) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    task = asyncio.create_task(_save_changes(world, path, stopping))
    yield
    stopping.set()
    await task
    await asyncio.to_thread(write, path, world.snapshot().as_bytes())


async def _save_changes(world: World, path: Path, stopping: asyncio.Event) -> None:
    """Save after changes, a large world less often, so that saving never takes most of the time."""
    pause = SAVE_EVERY
    while not stopping.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), pause)
        if world.is_changed:
            world.is_changed = False
            start = time.monotonic()
            content = world.snapshot().as_bytes()
            pause = max(SAVE_EVERY, 20 * (time.monotonic() - start))
            await asyncio.to_thread(write, path, content)
