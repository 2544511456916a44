"""The table of contents: everything the bot can do, one line each, with who may do it."""

from handlers.router import Router

ROUTES = Router()
