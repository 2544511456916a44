"""The command menus of each scope and language, taken from the routes and set only when different."""

import logging
from collections.abc import Iterator

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChatAdministrators,
)
from telegram.error import TelegramError

from crm_store.rules.roles import Role, may
from handlers.context import Desk
from handlers.router import Router
from handlers.texts import catalogue

log = logging.getLogger("hearwell.telegram")


async def publish(bot: Bot, routes: Router, desk: Desk) -> None:
    """Set every menu; a menu is a convenience and never a check."""
    for scope, roles in _scopes(desk):
        for code, language in ((None, desk.language), ("zh", "zh"), ("en", "en")):
            wanted = menu(routes, roles, language)
            try:
                if await bot.get_my_commands(scope, language_code=code) != tuple(wanted):
                    await bot.set_my_commands(wanted, scope, language_code=code)
            except TelegramError as error:
                log.info("a command menu was not set: %s", error.message)


def menu(routes: Router, roles: frozenset[Role], language: str) -> list[BotCommand]:
    """List the commands these roles may use, in words of a language."""
    return [
        BotCommand(route.name, catalogue.say(language, f"command.{route.name}"))
        for route in routes.of_kind("command")
        if route.menu and (route.role in roles or (Role.AGENT in roles and may(roles, route.role)))
    ]


def _scopes(desk: Desk) -> Iterator[tuple[BotCommandScope, frozenset[Role]]]:
    yield BotCommandScopeAllPrivateChats(), frozenset({Role.CUSTOMER})
    if desk.staff_group is not None:
        yield BotCommandScopeChatAdministrators(int(desk.staff_group)), frozenset({Role.AGENT})
