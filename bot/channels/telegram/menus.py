"""The command menus of each scope and language, taken from the routes and set only when different."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
)
from telegram.error import TelegramError

from crm_store.rules.roles import Role, may
from crm_store.staff import Colleague
from handlers.context import Desk
from handlers.router import Route, Router
from handlers.texts import catalogue

log = logging.getLogger("hearwell.telegram")
FOR_ALL = frozenset({"help", "language"})


@dataclass(frozen=True, slots=True)
class _Menu:
    """One menu: where it shows, for which app language, and what it lists."""

    scope: BotCommandScope
    code: str | None
    commands: tuple[BotCommand, ...]


async def publish(bot: Bot, routes: Router, desk: Desk, people: Sequence[Colleague]) -> None:
    """Set every menu that differs; a menu is a convenience and never a check."""
    for menu in _menus(routes, desk, people):
        try:
            if await bot.get_my_commands(menu.scope, language_code=menu.code) != menu.commands:
                await bot.set_my_commands(menu.commands, menu.scope, language_code=menu.code)
        except TelegramError as error:
            log.info("a command menu was not set: %s", error.message)


def _menus(routes: Router, desk: Desk, people: Sequence[Colleague]) -> Iterator[_Menu]:
    scopes: list[tuple[BotCommandScope, frozenset[Role]]] = [
        (BotCommandScopeAllPrivateChats(), frozenset({Role.CUSTOMER}))
    ]
    if desk.staff_group is not None:
        scopes.append((BotCommandScopeChatAdministrators(int(desk.staff_group)), frozenset({Role.AGENT})))
    for scope, roles in scopes:
        for code, language in ((None, desk.language), ("zh", "zh"), ("en", "en")):
            yield _Menu(scope, code, commands(routes, roles, language))
    for person in people:
        yield _Menu(
            BotCommandScopeChat(int(person.address)), None, commands(routes, person.roles, person.language)
        )


def commands(routes: Router, roles: frozenset[Role], language: str) -> tuple[BotCommand, ...]:
    """List the commands for these roles, in words of a language; staff see few of the customers' own."""
    return tuple(
        BotCommand(route.name, catalogue.say(language, f"command.{route.name}"))
        for route in routes.of_kind("command")
        if route.menu and _is_listed(route, roles)
    )


def _is_listed(route: Route, roles: frozenset[Role]) -> bool:
    if route.role is not Role.CUSTOMER:
        return route.is_open_to(roles)
    if roles == {Role.CUSTOMER}:
        return route.also is None
    return route.name in FOR_ALL or (route.also is not None and may(roles, route.also))
