"""What customers may ask of their data: to be given all of it, and to have all of it erased."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

import orjson

from crm_store import holdings, privacy
from crm_store.customers import Contact
from crm_store.errors import RefusedError
from crm_store.outbox import Draft
from crm_store.rules import tokens
from handlers.context import Context
from handlers.customer.presses import end_dialog
from handlers.ports import Button, Document, Message
from handlers.texts import catalogue
from scoring.traditional import simplify

# “删除我的数据”, “请把我的个人信息全部删掉”, “please delete all my data”: the wish and nothing else.
_ZH_WHAT = "(?:个人)?(?:的)?(?:所有|全部)?(?:的)?(?:个人)?(?:数据|信息|资料|账号|账户|帐号|记录|隐私)+"
_ZH_DO = "(?:删除|删掉|清除|清空|注销|抹掉|抹除|删了)"
_ZH_ASKS = "(?:你好|您好)?(?:请|麻烦)?(?:你们|您)?(?:我想|我要|我要求|帮我|帮忙|给我)?(?:要求)?"
_ZH = re.compile(
    f"{_ZH_ASKS}(?:{_ZH_DO}我{_ZH_WHAT}|(?:把|将)我{_ZH_WHAT}(?:都|全部|全)?{_ZH_DO})(?:掉|吧|了|谢谢)*"
)
_EN_ASKS = (
    "(?:hello |hi )?(?:please )?(?:(?:can|could) you |i (?:want|would like|d like) (?:you )?to )?(?:please )?"
)
_EN_WHAT = "(?:all )?(?:of )?my (?:personal )?(?:data|information|info|account|details|records)"
_EN_DO = f"(?:delete|erase|remove|wipe) (?:{_EN_WHAT}|everything (?:you have )?(?:about|on) me)"
_EN = re.compile(
    f"{_EN_ASKS}(?:{_EN_DO}|forget (?:all about )?me)(?: completely)?(?: please)?(?: thanks| thank you)?"
)
ERASE, KEEP = 1, 0
NOT_WORDS = re.compile(r"[\W_]+")


def is_wish(text: str) -> bool:
    """Tell whether a text asks to be erased and says nothing else."""
    words = NOT_WORDS.sub(" ", simplify(tokens.fold(text))).strip()
    return bool(_ZH.fullmatch(words.replace(" ", "")) or _EN.fullmatch(words))


def is_asked(ctx: Context) -> bool:
    """Tell whether what was just written asks to be erased."""
    return isinstance(ctx.event, Message) and ctx.event.file is None and is_wish(ctx.event.text)


def erase(ctx: Context) -> None:
    """Say what erasing means and ask once more; the data are offered first."""
    if ctx.place.is_group:
        raise RefusedError("private_only")
    contact = ctx.sender.contact
    if contact is None:
        ctx.reply("privacy.nothing")
        return
    choices = [
        [Button(ctx.say("key.my_data"), "my_data", contact.customer_id)],
        [Button(ctx.say("key.erase"), "erase", contact.customer_id, ERASE)],
        [Button(ctx.say("key.erase_not"), "erase", contact.customer_id, KEEP)],
    ]
    ctx.reply("privacy.ask", buttons=choices)


def erase_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Erase the presser, or let it be; a button of someone erased before finds nothing."""
    if ctx.place.is_group:
        raise RefusedError("private_only")
    contact = ctx.sender.contact
    if contact is None or str(contact.customer_id) != subject:
        ctx.reply("privacy.nothing")
    elif revision == ERASE:
        _erase(ctx, contact)
    else:
        ctx.edit(ctx.say("privacy.kept"))


def _erase(ctx: Context, contact: Contact) -> None:
    end_dialog(ctx)
    words = ctx.say("privacy.erased")
    called = catalogue.say(ctx.desk.language, "privacy.name")
    erasure = privacy.begin(ctx.session, contact.customer_id, called=called, now=ctx.now)
    farewell = Draft(inbox_id=contact.inbox_id, chat=contact.chat, body={"text": words})
    erasure.farewell_id = ctx.enqueue(farewell)
    ctx.sender.contact = None


def my_data(ctx: Context) -> None:
    """Send everything held about the sender as a file."""
    if ctx.place.is_group:
        raise RefusedError("private_only")
    if ctx.sender.contact is None:
        ctx.reply("privacy.nothing")
        return
    content = orjson.dumps(_told(ctx, ctx.sender.contact), option=orjson.OPT_INDENT_2)
    name = f"{ctx.say('privacy.file')}-{ctx.now:%Y-%m-%d}.json"
    ctx.reply_text(ctx.say("privacy.data"), picture=Document(name, "application/json", content))


def my_data_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Send everything held about the presser."""
    my_data(ctx)


def _told(ctx: Context, contact: Contact) -> Mapping[str, object]:
    """Word what is held: the names of its fields, and the values that are words of ours."""
    person = holdings.person(ctx.session, contact.customer_id)
    lists = holdings.of_customer(ctx.session, contact.customer_id)
    told: dict[str, object] = {
        _field(ctx, "made"): _value(ctx, "at", ctx.now),
        _field(ctx, "person"): _row(ctx, person),
    }
    told.update((_field(ctx, name), [_row(ctx, row) for row in rows]) for name, rows in lists.items())
    return told


def _row(ctx: Context, row: Mapping[str, object]) -> Mapping[str, object]:
    return {
        _field(ctx, name): _value(ctx, name, value) for name, value in row.items() if value not in (None, {})
    }


def _field(ctx: Context, name: str) -> str:
    return ctx.say(f"privacy.field.{name}")


def _value(ctx: Context, name: str, value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if name == "amount" and isinstance(value, int):
        return value / 100
    if isinstance(value, dict):
        return {str(key): cast("object", inner) for key, inner in value.items()}
    known = f"word.{'language.' if name == 'language' else ''}{value}"
    if name in _WORDED and catalogue.knows(known):
        return ctx.say(known)
    return value


_WORDED: Sequence[str] = ("kind", "status", "language")
