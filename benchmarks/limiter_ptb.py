"""What a broadcast is compared with: python-telegram-bot sending to everyone through a limit of its own.

    python benchmarks/limiter_ptb.py API_URL TOKEN DATABASE FIRST NUMBER TEXT RATE

One message every 1/RATE s, a refused one again after the time told: the loop its documentation suggests for
those who take no rate limiter. Nothing is stored.
"""

import asyncio
import sys

from telegram import Bot
from telegram.error import RetryAfter

URL, TOKEN, _, FIRST, NUMBER, TEXT, RATE = sys.argv[1:8]


async def main() -> None:
    """Send to everyone in turn, then wait to be killed."""
    async with Bot(TOKEN, base_url=f"{URL}/bot") as bot:
        await bot.get_updates(timeout=0)
        await asyncio.sleep(1)
        for number in range(int(NUMBER)):
            while True:
                try:
                    await bot.send_message(int(FIRST) + number, TEXT)
                    break
                except RetryAfter:
                    await asyncio.sleep(1)
            await asyncio.sleep(1 / int(RATE))
    await asyncio.Event().wait()


asyncio.run(main())
