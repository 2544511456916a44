"""How people become staff: a signed link that works once and for a week."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from datetime import datetime, timedelta
from hashlib import sha256

from crm_store import customers
from crm_store import staff as people
from crm_store.customers import StaffMember
from crm_store.errors import RefusedError
from crm_store.rules.roles import Role
from crm_store.staff import Newcomer
from crm_store.types import micros
from handlers.agent import cards
from handlers.context import Context, Desk
from handlers.ports import OutboundMessage
from handlers.router import RoleError
from handlers.texts import catalogue
from scoring.match import suggest

PREFIX = "inv_"
LIFE = timedelta(days=7)
NONCE, EXPIRY, MARK = 9, 5, 16  # bytes of a token: what makes it unique, until when, our signature
GIVEN = (Role.AGENT, Role.SUPERVISOR, Role.MARKETER, Role.ADMIN)


def invite(ctx: Context, word: str) -> None:
    """Make a link that gives a role to the one person who opens it first."""
    role = role_named(word)
    if role is not Role.AGENT and not ctx.staff.may(Role.ADMIN):
        raise RoleError(Role.ADMIN)
    expires = ctx.now + LIFE
    token = _token(ctx, expires)
    people.invite(
        ctx.session, digest=_digest(token), role=role, by=ctx.staff.id, now=ctx.now, expires=expires
    )
    link = f"https://t.me/{ctx.desk.bot_name}?start={PREFIX}{token}"
    say = cards.sayer(ctx.own_language)
    until = catalogue.moment(ctx.own_language, expires, ctx.desk.zone)
    words = say("invite.link", role=say(f"word.{role}"), link=link, until=until)
    if ctx.place.is_group:
        ctx.tell_staff(ctx.event.person.address, OutboundMessage(words))
        ctx.reply("invite.in_private")
    else:
        ctx.reply_text(words)


def redeem(ctx: Context, token: str) -> None:
    """Give the opener of an invitation its role, once."""
    if ctx.place.is_group:
        raise RefusedError("private_only")
    if not _is_ours(ctx.desk, token):
        raise RefusedError("invitation_forged")
    found = people.invitation(ctx.session, _digest(token))
    held = ctx.sender.staff
    if found is not None and found.used is None and held is not None and held.may(Role(found.role)):
        raise RefusedError("role_held", role=found.role)
    person = ctx.event.person
    newcomer = Newcomer(ctx.place.inbox_id, person.address, person.name, ctx.language)
    people.accept(ctx.session, _digest(token), newcomer, now=ctx.now)
    ctx.sender = customers.sender(ctx.session, ctx.place.inbox_id, person.address)
    _welcome(ctx, ctx.staff)


def _welcome(ctx: Context, member: StaffMember) -> None:
    lines = [ctx.say("welcome", name=member.name)]
    lines += [ctx.say(f"welcome.{role}") for role in GIVEN if role in member.roles]
    ctx.reply_text("\n".join([*lines, ctx.say("welcome.help")]))


def role_named(word: str, *, code: str = "role") -> Role:
    """Return the role a word names in any language, or refuse with the closest one."""
    named = {
        catalogue.say(language, f"word.{role}"): role for language in catalogue.LANGUAGES for role in GIVEN
    }
    named.update((role.value, role) for role in GIVEN)
    asked = word.strip().casefold()
    if asked in named:
        return named[asked]
    meant = suggest(asked, named)
    if meant is None:
        raise RefusedError(f"unknown_{code}", word=word[:40])
    raise RefusedError(f"meant_{code}", word=word[:40], meant=meant)


def _token(ctx: Context, expires: datetime) -> str:
    made = people.count_invitations(ctx.session)
    seed = f"nonce|{ctx.staff.id}|{micros(ctx.now)}|{made}"
    nonce = _sign(ctx.desk, seed.encode())[:NONCE]
    body = nonce + (micros(expires) // 1_000_000).to_bytes(EXPIRY, "big")
    return urlsafe_b64encode(body + _sign(ctx.desk, b"invitation|" + body)[:MARK]).decode().rstrip("=")


def _is_ours(desk: Desk, token: str) -> bool:
    """Tell whether a token carries our signature; whether it still holds is for the store to say."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (NotBase64Error, ValueError):
        return False
    body, mark = raw[:-MARK], raw[-MARK:]
    signed = hmac.compare_digest(_sign(desk, b"invitation|" + body)[:MARK], mark)
    return signed and len(body) == NONCE + EXPIRY


def _sign(desk: Desk, body: bytes) -> bytes:
    return hmac.new(desk.secret, body, sha256).digest()


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
