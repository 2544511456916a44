"""What must stand before the first update: inbox, admins, secret, and a staff group that is there."""

import logging
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session
from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.config import Settings
from crm_store import calendars, gates, journal, outbox, sla_policies, staff
from crm_store.models.outbox import Lane
from crm_store.outbox import Draft
from crm_store.rules.roles import Role
from crm_store.staff import Newcomer
from handlers.texts import catalogue

log = logging.getLogger("hearwell")


@dataclass(frozen=True, slots=True)
class Group:
    """The staff group as it is: its chat when the bot is in it, else why not."""

    chat: str | None
    wanted: str | None = None
    problem: str | None = None


def furnish(session: Session, settings: Settings, account: str, *, now: datetime) -> tuple[int, str | None]:
    """Keep inbox, hours and admins as the settings say; return the inbox and the staff group's present id."""
    inbox_id = journal.inbox(session, "telegram", account).id
    calendars.seed(session, settings.calendar(now.date()), now=now)
    sla_policies.seed(session, now=now)
    wanted = {str(admin) for admin in settings.telegram.admins}
    for address in sorted(wanted):
        newcomer = Newcomer(inbox_id, address, f"Admin {address}", settings.language)
        member = staff.get_or_create(session, newcomer, now=now)
        staff.grant(session, member.id, Role.ADMIN, by="settings", now=now)
    for member in staff.granted_by(session, inbox_id, Role.ADMIN, by="settings"):
        if member.address not in wanted:
            staff.revoke(session, member.id, Role.ADMIN, by="settings", now=now)
    group = settings.telegram.staff_group
    return inbox_id, None if group is None else gates.moved_to(session, inbox_id, str(group))


async def look_for(bot: Bot, chat: str | None) -> Group:
    """Look whether the bot is in the staff group; a network that is down proves nothing."""
    if chat is None:
        return Group(None)
    try:
        await bot.do_api_request("getChat", {"chat_id": int(chat)})
    except (BadRequest, Forbidden) as error:
        return Group(None, wanted=chat, problem=error.message)
    except TelegramError as error:
        log.info("the staff group could not be looked at: %s", error.message)
    return Group(chat)


def report(session: Session, inbox_id: int, group: Group, *, now: datetime) -> None:
    """Tell every admin that the staff group is not there."""
    for admin in staff.with_role(session, inbox_id, Role.ADMIN):
        text = catalogue.say(admin.language, "group.missing", group=group.wanted, why=group.problem)
        outbox.enqueue(
            session,
            Draft(inbox_id=inbox_id, chat=admin.address, body={"text": text}, priority=Lane.NOTICE),
            now=now,
        )


def secret_of(folder: Path) -> bytes:
    """Return this installation's secret, made at the first start."""
    path = folder / "secret.key"
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        with fresh.open("wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave a name with nothing in it
        fresh.rename(path)
    return path.read_bytes()
