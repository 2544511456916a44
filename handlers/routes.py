"""The table of contents: everything the bot can do, one line each, with who may do it."""

from crm_store.rules.roles import Role
from handlers.agent import desk, queue, resolving
from handlers.router import Router, button, command, desk_text, dialog

ROUTES = Router(
    # Agents: the desk
    command("queue", queue.show, role=Role.AGENT, reads=True),
    command("take", desk.take, role=Role.AGENT, takes="ticket"),
    command("reply", desk.reply, role=Role.AGENT, takes="ticket text?"),
    command("note", desk.note, role=Role.AGENT, takes="ticket text?"),
    command("resolve", resolving.resolve, role=Role.AGENT, takes="ticket text?"),
    command("reopen", resolving.reopen, role=Role.AGENT, takes="ticket"),
    button("take", desk.take_pressed, role=Role.AGENT),
    button("resolve", resolving.resolve_pressed, role=Role.AGENT),
    button("resolve_not", resolving.leave, role=Role.AGENT),
    button("reopen", resolving.reopen_pressed, role=Role.AGENT),
    dialog("resolving", resolving.steps, role=Role.AGENT),
    desk_text(desk.write),
)
