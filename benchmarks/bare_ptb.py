"""What others are compared with: python-telegram-bot as in its own examples, echoing after an SQLite insert.

python benchmarks/bare_ptb.py API_URL TOKEN DATABASE
"""

import sqlite3
import sys
from typing import Any

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters

URL, TOKEN, DATABASE = sys.argv[1:4]


def main() -> None:
    """Poll and echo until killed."""
    database = sqlite3.connect(DATABASE, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE IF NOT EXISTS message (chat INTEGER, message INTEGER, text TEXT)")

    async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.message
        assert message is not None
        database.execute(
            "INSERT INTO message VALUES (?, ?, ?)", (message.chat.id, message.message_id, message.text)
        )
        await context.bot.send_message(message.chat.id, message.text or "")

    bot: Application[Any, Any, Any, Any, Any, Any]
    bot = ApplicationBuilder().token(TOKEN).base_url(f"{URL}/bot").build()
    bot.add_handler(MessageHandler(filters.TEXT, echo))
    bot.run_polling()


main()
