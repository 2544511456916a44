"""The web server: health, metrics and webhooks, small on purpose."""

import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import orjson
from aiohttp import web
from prometheus_client import generate_latest

from bot.observe import Metrics
from crm_store.errors import StoreError

log = logging.getLogger("hearwell.web")
MOST_BYTES = 1024 * 1024
HEADER = "X-Telegram-Bot-Api-Secret-Token"
Accept = Callable[[Sequence[dict[str, object]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram posts updates, and the secret that proves it is Telegram."""

    path: str
    secret: str
    accept: Accept

    async def receive(self, request: web.Request) -> web.Response:
        """Journal an update and only then answer 200; 503 asks Telegram to try again."""
        given = request.headers.get(HEADER, "").encode(errors="surrogateescape")
        if not self.secret or not hmac.compare_digest(given, self.secret.encode()):
            return web.Response(status=401)
        body = await request.read()
        try:
            update = orjson.loads(body)
        except orjson.JSONDecodeError:
            update = None
        if not isinstance(update, dict) or not _is_number(update.get("update_id")):
            # An error here would make Telegram send the same bytes again for a day.
            log.error("a webhook call of %d bytes is no update and was dropped", len(body))
            return web.Response()
        try:
            await self.accept([update])
        except StoreError as error:
            log.warning("an update was not journalled and will come again: %s", error)
            return _later()
        except Exception:
            log.exception("an update was not journalled and will come again")
            return _later()
        return web.Response()


def _is_number(value: object) -> bool:
    return type(value) is int and abs(value) < 2**63


def _later() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": "2"})


@dataclass(slots=True)
class Server:
    """Serves one process."""

    host: str
    port: int
    metrics: Metrics
    is_ready: Callable[[], Awaitable[bool]]
    webhook: Webhook | None = None
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen; a port of 0 takes a free one."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)
        if self.webhook is not None:
            app.router.add_post(self.webhook.path, self.webhook.receive)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Finish the calls under way and listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _ready(self, _request: web.Request) -> web.Response:
        ready = await self.is_ready()
        return web.json_response({"ready": ready}, status=200 if ready else 503)

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self.metrics.registry), content_type="text/plain")
