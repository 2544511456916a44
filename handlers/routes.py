"""The table of contents: everything the bot can do, one line each, with who may do it."""

from crm_store.rules.roles import Role
from handlers.agent import changes, closing, desk, macros, profile, queue, resolving, sorting, why
from handlers.clockwork import boards, failures, launches, remedies, surveys, threads
from handlers.customer import changes as customer_changes
from handlers.customer import comment, consent, faq, inquiry, kinds, rating, remedy, start, status
from handlers.marketer import campaigns, running, sending, strategy
from handlers.ports import Edit, Membership, ThreadChange
from handlers.router import Router, button, command, desk_text, dialog, event, text, tick
from handlers.supervisor import reports, staff

ROUTES: Router = Router(
    # Customers
    text(inquiry.receive),
    command("start", start.start, takes="text?"),
    command("help", start.help_from(lambda: ROUTES), reads=True),
    command("ask", kinds.ask, takes="text?"),
    command("feedback", kinds.feedback, takes="text?"),
    command("complaint", kinds.complain, takes="text?"),
    command("status", status.status, reads=True),
    command("human", kinds.human),
    command("rate", rating.rate),
    command("language", start.language, takes="text?"),
    command("settings", consent.settings),
    command("stop", consent.stop),
    command("cancel", running.cancel, also=Role.MARKETER, takes="word?"),
    button("begin", kinds.begin),
    button("kind", kinds.correct),
    button("article", faq.show_article),
    button("helped", faq.helped),
    button("human", kinds.human_pressed),
    button("rate", rating.record),
    button("reopen_own", kinds.reopen),
    button("remedy", remedy.answer),
    button("language", start.language_pressed),
    button("consent", consent.answer),
    button("switch", consent.switch),
    dialog("opening", kinds.go_on),
    dialog("comment", comment.take),
    event(Edit, customer_changes.edited),
    event(Membership, customer_changes.moved),
    # Agents: the desk
    command("queue", queue.show, role=Role.AGENT, reads=True),
    command("take", desk.take, role=Role.AGENT, takes="ticket"),
    command("reply", desk.reply, role=Role.AGENT, takes="ticket text?"),
    command("note", desk.note, role=Role.AGENT, takes="ticket text?"),
    command("resolve", resolving.resolve, role=Role.AGENT, takes="ticket text?"),
    command("reopen", resolving.reopen, role=Role.AGENT, takes="ticket"),
    command("close", closing.close, role=Role.AGENT, takes="text?"),
    command("tag", sorting.tag, role=Role.AGENT, takes="ticket text?"),
    command("priority", sorting.priority, role=Role.AGENT, takes="ticket word"),
    command("macro", macros.macro, role=Role.AGENT, takes="ticket? text?"),
    command("customer", profile.show, role=Role.AGENT, takes="ticket", reads=True),
    command("why", why.show, role=Role.AGENT, takes="ticket", reads=True),
    button("take", desk.take_pressed, role=Role.AGENT),
    button("resolve", resolving.resolve_pressed, role=Role.AGENT),
    button("resolve_not", resolving.leave, role=Role.AGENT),
    button("reopen", resolving.reopen_pressed, role=Role.AGENT),
    button("macro", macros.pressed, role=Role.AGENT),
    button("send_again", desk.send_again, role=Role.AGENT),
    dialog("resolving", resolving.steps, role=Role.AGENT),
    desk_text(desk.write),
    event(ThreadChange, changes.changed),
    # Supervisors
    command("satisfaction", reports.satisfaction, role=Role.SUPERVISOR, reads=True),
    command("invite", staff.invite, role=Role.SUPERVISOR, takes="word"),
    # Marketers
    command("campaign", campaigns.begin, role=Role.MARKETER),
    command("campaigns", running.show, role=Role.MARKETER, reads=True),
    command("pause", running.pause, role=Role.MARKETER, takes="word"),
    command("resume", running.resume, role=Role.MARKETER, takes="word"),
    command("preview", running.preview, role=Role.MARKETER, takes="word", reads=True),
    command("recipients", running.people, role=Role.MARKETER, takes="word text?", reads=True),
    command("strategy", strategy.strategy, role=Role.MARKETER, also=Role.SUPERVISOR, takes="word?"),
    dialog("campaign", campaigns.steps, role=Role.MARKETER),
    button("campaign", campaigns.pressed, role=Role.MARKETER),
    button("campaign_count", campaigns.count, role=Role.MARKETER, reads=True),
    button("campaign_who", campaigns.who, role=Role.MARKETER, reads=True),
    button("campaign_pause", running.pause_pressed, role=Role.MARKETER),
    button("campaign_resume", running.resume_pressed, role=Role.MARKETER),
    button("campaign_cancel", running.cancel_pressed, role=Role.MARKETER),
    button("campaign_resend", running.resend_pressed, role=Role.MARKETER),
    button("unsub", sending.unsubscribe),
    # The clock
    tick("launches", launches.plan_chunk),
    tick("threads", threads.spare),
    tick("cards", boards.refresh),
    tick("failures", failures.tell),
    tick("surveys", surveys.ask_due),
    tick("remedies", remedies.ask_due),
)
