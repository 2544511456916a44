"""`demo`: sandbox, bot and a seeded world in one process, to try everything offline."""

import asyncio
import signal
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot import observe
from bot.cli.run import with_loop
from crm_store.rules.zones import local_of

if TYPE_CHECKING:
    from bot.demo.program import Demo

Language = Literal["zh", "en"]
TO_TRY = """
  Try this:
  1. Customer (left), as Li: ask “Can I return a cup?”, then tap “Talk to a human”.
  2. Agent (middle), as Wang: tap “Take” under Mei's complaint and answer her in its topic;
     /resolve asks for cause and remedy, and then Mei for a rating.
  3. Marketer (right), as Zhao: /campaign to everyone shows who is held back and why; then press +1 h, +1 w.
     Switch to Chen, the supervisor: /satisfaction.

  可以这样试：
  1. 左侧客户栏，扮演 Li：用中文问“可以开发票吗”，再点“转人工”。
  2. 中间客服栏，扮演 Wang：点 Mei 的投诉下方的“接手”按钮，在话题里直接回复她；
     发送 /resolve 填写原因和补救措施，随后 Mei 会收到评价邀请。
  3. 右侧营销栏，扮演 Zhao：/campaign 发给所有人，看看谁被拦下、为什么；再点 +1 小时、+1 周。
     切换到主管 Chen：/satisfaction 查看满意度。
"""


def demo(
    port: Annotated[int, typer.Option(help="Port of the page; 0 takes a free one.", min=0, max=65535)] = 8080,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
    data_dir: Annotated[Path, typer.Option(help="Folder that keeps the demo's world.")] = Path(".demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Empty the folder and start anew.")] = False,
    language: Annotated[
        Language | None, typer.Option(help="Language of the staff group.", show_default="the machine's")
    ] = None,
) -> None:
    """Try everything offline: sandbox, bot and a seeded world on one page, until Ctrl-C."""
    from bot.demo.folder import DemoError, Folder
    from bot.demo.place import local_language, local_zone
    from bot.demo.program import Demo, check_port

    observe.set_up(level="WARNING", json=False)
    try:
        check_port(port)
        folder = Folder.open(data_dir)
        shop = Demo(folder, port, local_zone(), language or local_language())
        code = with_loop(_run(shop, is_fresh=fresh, opens=not no_open))
    except DemoError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    raise typer.Exit(code)


async def _run(demo: "Demo", *, is_fresh: bool, opens: bool) -> int:
    """Start, say what to try, wait for a signal, stop."""
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    starting = asyncio.create_task(demo.start(is_fresh=is_fresh))
    waiting = asyncio.create_task(asked.wait())
    try:
        done, _ = await asyncio.wait({starting, waiting}, timeout=1, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            print("\n  Opening the shop … / 正在准备演示……", flush=True)
            await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            _tell(demo)
            if opens:
                await asyncio.to_thread(_open, demo.url)
            await waiting
    finally:
        starting.cancel()
        waiting.cancel()
        await asyncio.gather(starting, waiting, return_exceptions=True)
        await demo.stop()
    return 0


def _tell(demo: "Demo") -> None:
    print(f"\n  Hearwell demo / 演示：{demo.url}")
    if demo.skipped_night is not None:
        local = f"{local_of(demo.skipped_night, demo.zone):%Y-%m-%d %H:%M}"
        print(f"  It is night in {demo.zone} (22:00–08:00), so the demo's clock is set to {local}.")
        print(f"  {demo.zone} 现在是夜间免打扰时段（22:00–08:00），演示时钟已拨到 {local}。")
    print(TO_TRY)
    print(f"  Ctrl-C stops; the world stays in {demo.folder.path}, --fresh starts it anew.")
    print(f"  按 Ctrl-C 停止；数据保存在 {demo.folder.path}，加 --fresh 重新开始。\n", flush=True)


def _open(url: str) -> None:
    """Open the page where there is a graphical browser; a text one would take the terminal over."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if type(browser) is not webbrowser.GenericBrowser:
        browser.open(url)
