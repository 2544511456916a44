"""`doctor`: says of each part whether it works, and how to mend what does not."""

import asyncio
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import typer
from sqlalchemy.orm import Session
from telegram import Bot, ChatMemberAdministrator, ChatMemberOwner
from telegram.error import InvalidToken, TelegramError

from bot import checks, observe
from bot.channels.telegram.request import AiohttpRequest
from bot.cli.run import loaded
from bot.cli.stores import place_of, reason
from bot.clock import utc_now
from bot.config import Settings
from crm_store import health
from crm_store.errors import StoreError
from crm_store.run_lock import RunLock
from crm_store.store import Store
from handlers.texts import catalogue

LOW_GB = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: ok, warn or fail, about what, and the sentence."""

    verdict: str
    about: str
    key: str
    values: dict[str, object] = field(default_factory=dict)


def doctor() -> None:
    """Check store, token, staff group, font and the rest; say how to mend what fails, and end with 1 then."""
    settings = loaded()
    findings = [*_local(settings), *asyncio.run(_remote(settings))]
    for found in findings:
        print(observe.redact(_line(found, settings.language), settings.secrets))
    sys.stdout.flush()
    if any(found.verdict == "fail" for found in findings):
        raise typer.Exit(1)


def _line(found: Finding, language: str) -> str:
    verdict = catalogue.say(language, f"doctor.{found.verdict}")
    about = catalogue.say(language, f"doctor.{found.about}")
    told = catalogue.say(language, f"doctor.{found.key}", **found.values)
    return f"{verdict:<5} {about}: {told}"


def _local(settings: Settings) -> Iterator[Finding]:
    yield from _store(settings)
    free = round(shutil.disk_usage(_existing(settings.data_dir)).free / 1e9, 1)
    low = free < LOW_GB
    yield Finding("warn" if low else "ok", "disk", "disk.low" if low else "disk.good", {"free": free})
    yield _font()
    now = utc_now().astimezone(ZoneInfo(settings.timezone))
    yield Finding("ok", "zone", "zone.good", {"zone": settings.timezone, "time": f"{now:%Y-%m-%d %H:%M}"})


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.resolve().parent)


def _store(settings: Settings) -> Iterator[Finding]:
    place = place_of(settings)
    try:
        yield from _opened(settings, place)
    except (OSError, sa.exc.SQLAlchemyError) as error:
        yield Finding("fail", "store", "store.bad", {"place": place, "problem": reason(error)})
    except StoreError as error:
        problem = catalogue.say(settings.language, error.key, **error.values)
        yield Finding("fail", "store", "store.bad", {"place": place, "problem": problem})


def _opened(settings: Settings, place: str) -> Iterator[Finding]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = RunLock(settings.data_dir)
    store = Store(settings.database_url)
    try:
        if not checks.is_made(store):
            started = time.perf_counter()
            checks.probe(settings.data_dir)
            took = round((time.perf_counter() - started) * 1000, 1)
            yield Finding("ok", "store", "store.good", {"ms": took, "place": place})
            return
        lock.acquire()
        lock.release()
        started = time.perf_counter()
        store.write_now(checks.touch)
        took = round((time.perf_counter() - started) * 1000, 1)
        yield Finding("ok", "store", "store.good", {"ms": took, "place": place})
        yield from _kept(store.read_now)
    except StoreError as error:
        if error.key != "error.second_process":
            raise
        yield Finding("ok", "store", "store.running", {"place": place})
        yield from _kept(store.read_now)
    finally:
        store.close()


def _kept(read: Callable[[Callable[[Session], health.Kept]], health.Kept]) -> Iterator[Finding]:
    kept = read(lambda session: health.kept(session, now=utc_now()))
    if kept.dead:
        yield Finding("warn", "letters", "letters.some", {"count": kept.dead})
    else:
        yield Finding("ok", "letters", "letters.good")
    if kept.unknown:
        yield Finding("warn", "outbox", "outbox.unknown", {"count": kept.unknown})
    if kept.late:
        yield Finding("warn", "outbox", "outbox.late", {"count": kept.late, "minutes": kept.late_minutes})
    else:
        yield Finding("ok", "outbox", "outbox.good")


def _font() -> Finding:
    try:
        from handlers.charts import paper

        words = catalogue.say("zh", "doctor.font.good")
        if not paper.can_write(words):
            return Finding("fail", "font", "font.bad", {"problem": words})
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the font is told, not raised
        return Finding("fail", "font", "font.bad", {"problem": error})
    return Finding("ok", "font", "font.good")


async def _remote(settings: Settings) -> list[Finding]:
    telegram = settings.telegram
    if telegram.token is None:
        return [Finding("fail", "token", "token.missing")]
    bot = Bot(
        telegram.token.get_secret_value(),
        base_url=f"{telegram.api_url}/bot",
        base_file_url=f"{telegram.api_url}/file/bot",
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(connections=1),
    )
    try:
        await bot.initialize()
        return [finding async for finding in _about(bot, settings)]
    except InvalidToken:
        return [Finding("fail", "token", "token.refused", {"url": telegram.api_url})]
    except TelegramError as error:
        values: dict[str, object] = {"url": telegram.api_url, "problem": error.message}
        return [Finding("fail", "token", "token.unreachable", values)]
    finally:
        await bot.shutdown()


async def _about(bot: Bot, settings: Settings) -> AsyncIterator[Finding]:
    yield Finding("ok", "token", "token.good", {"name": bot.username, "url": settings.telegram.api_url})
    yield await _webhook(bot, settings)
    reads = bool(bot.bot.can_read_all_group_messages)
    yield Finding("ok" if reads else "warn", "privacy", "privacy.good" if reads else "privacy.on")
    yield await _group(bot, settings)


async def _webhook(bot: Bot, settings: Settings) -> Finding:
    known = await bot.get_webhook_info()
    if settings.telegram.mode == "polling":
        return (
            Finding("warn", "webhook", "webhook.stray")
            if known.url
            else Finding("ok", "webhook", "webhook.none")
        )
    wanted = settings.telegram.webhook_url
    if not wanted:
        return Finding("fail", "webhook", "webhook.no_address")
    if known.url != wanted:
        return Finding("warn", "webhook", "webhook.not_set", {"url": wanted})
    if known.last_error_message:
        return Finding("fail", "webhook", "webhook.error", {"problem": known.last_error_message})
    values: dict[str, object] = {"url": known.url, "pending": known.pending_update_count}
    return Finding("ok", "webhook", "webhook.set", values)


async def _group(bot: Bot, settings: Settings) -> Finding:
    group = settings.telegram.staff_group
    if group is None:
        return Finding("ok", "group", "group.none")
    try:
        chat = await bot.get_chat(group)
        member = await bot.get_chat_member(group, bot.id)
    except TelegramError as error:
        return Finding("fail", "group", "group.missing", {"group": group, "problem": error.message})
    title: dict[str, object] = {"title": chat.title}
    if not chat.is_forum:
        return Finding("fail", "group", "group.no_topics", title)
    if not isinstance(member, ChatMemberAdministrator | ChatMemberOwner):
        return Finding("fail", "group", "group.no_admin", title)
    if isinstance(member, ChatMemberAdministrator) and not member.can_manage_topics:
        return Finding("fail", "group", "group.no_right", title)
    return Finding("ok", "group", "group.good", title)
