"""A whole bot written with the client library's framework, which knows nothing of sandboxes."""

import asyncio

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from tests.bot.sandbox.lab import Lab, eventually


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Say a text back, with a button."""
    assert update.message is not None
    button = InlineKeyboardMarkup([[InlineKeyboardButton("thanks", callback_data="thanks")]])
    await update.message.reply_html(f"<b>{update.message.text}</b>", reply_markup=button)


async def thank(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a press and change the message."""
    assert update.callback_query is not None
    await update.callback_query.answer("welcome")
    await update.callback_query.edit_message_text("done")


async def test_a_framework_bot_polls_answers_and_edits(lab: Lab) -> None:
    url = lab.running.url
    builder = (
        Application.builder().token(lab.bot.token).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    )
    app = builder.build()
    app.add_handler(MessageHandler(filters.TEXT, echo))
    app.add_handler(CallbackQueryHandler(thank))
    mei = await lab.person()
    async with app:
        assert app.updater is not None
        await app.start()
        await app.updater.start_polling(timeout=5)
        await lab.write(mei, "hello")
        messages = lab.world.bot.private[mei].messages
        await eventually(lambda: len(messages) == 3)
        answer = await lab.order("press", **{"from": mei, "chat": mei, "message_id": 3, "data": "thanks"})
        assert answer == {"answer": {"text": "welcome", "show_alert": False}}
        await eventually(lambda: messages[3].text == "done")
        stop = asyncio.create_task(app.updater.stop())
        await lab.write(mei, "wake the poll")
        await stop
        await app.stop()
    assert [problem for call in lab.world.calls.latest for problem in call.problems] == []
