"""Play a transcript against the real thing: sandbox over HTTP, the whole bot, a real store.

    mei   > text                 a customer (mei, li) writes; `@` marks staff (@wang @chen @zhao @admin)
    mei   > [label]              presses the button on the newest message that has it
    mei   > (photo) caption      sends a photo; `(file NAME)` a document; `(photo of trip)` one of an album
    mei edits > text             edits her last message; `@wang edits #1 > text` his last one in that topic
    @wang in group > text        writes in General of the staff group; `in #1` in the topic of ticket 1
    @wang re #1 > text           replies to the newest message about ticket 1
    mei   >> text                at once: the next line does not wait for what comes of this one
          | second line          goes on with the line above
    ! +6 days                    moves the clock (seconds, minutes, hours, days, weeks)
    ! articles                   gives the house its FAQ articles
    ! consent mei                /start and a yes to offers, without listing what comes back
    ! tickets 12 Where is it?    so many tickets of a guest, opened and closed just now
    ! ratings 5x20 1x6           so many ratings of each score by the guest
    ! bought mei 200 150         she bought tea so many days ago; `! guests 12 100`: so many guests did, once
    ! tag mei vip · mei blocks · mei unblocks · @wang closes #1 · @wang reopens #1
    ! restart                    the bot is dropped without a goodbye and started on the same folder
    ! no group                   first line: no staff group is set; `! lost group`: it is set but not there
    # a comment

    bot   > mei: text [a] [b]    must come back, with these buttons; `…` stands for anything
    bot   ~ mei: text            a message is changed
    bot   + #1 name              a topic is made; `- #1` closed, `o #1` reopened, `^ #1` a message pinned
    bot   👍 @wang               a message of hers gets a sign

What must come back follows the line that causes it. In each chat and topic the order counts and nothing
else may come; between chats there is none. The clock stands still unless moved.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from bot.scenario.script import Action, Directive, Step, parse
from bot.scenario.stage import Heard, Stage, StageError
from crm_store import journal
from handlers.texts import catalogue

UNITS = {"second", "minute", "hour", "day", "week"}


class PlayError(AssertionError):
    """What came back is not what the transcript says."""


Played = tuple[Step, list[str]]


async def play(
    steps: Sequence[Step],
    folder: Path,
    *,
    language: str,
    watch: Callable[[Step, Sequence[str]], None] = lambda _step, _came: None,
) -> list[Played]:
    """Play a transcript to its end, let someone watch each step, and return each with what came back."""
    first = steps[0].act if steps else None
    group = first.words[0] if isinstance(first, Directive) and list(first.words[1:]) == ["group"] else "real"
    stage = Stage(folder, language, group=group)
    await stage.open()
    try:
        played: list[Played] = []
        for step in steps:
            played.append((step, await _perform(stage, step)))
            watch(*played[-1])
        dead = stage.bot.app.store.read_now(journal.dead)
        if dead:
            raise PlayError(f"an update was put aside: {dead[0].error}")
        return played
    finally:
        await stage.close()


def read(path: Path) -> tuple[list[Step], str]:
    """Read a transcript's steps, and its language off its name."""
    return parse(path.read_text(encoding="utf-8")), path.name.split(".")[-2]


def compare(path: Path, played: Iterable[tuple[Step, Sequence[str]]]) -> None:
    """Raise PlayError at the first step whose answers differ from what stands there."""
    for step, came in played:
        if not _fits(step.expected, came):
            told = ["", f"{path.name}, line {step.line}: {step.source}", "must come back:"]
            told += [f"  {line}" for line in step.expected] + ["came back:"] + [f"  {line}" for line in came]
            raise PlayError("\n".join(told))


async def _perform(stage: Stage, step: Step) -> list[str]:
    try:
        if isinstance(step.act, Directive):
            await _direct(stage, step.act.words)
        else:
            _act(stage, step.act)
    except StageError as error:
        raise PlayError(f"line {step.line}: {error}") from None
    if isinstance(step.act, Action) and step.act.at_once:
        return []
    await stage.settle()
    came = _by_place(stage.heard)
    stage.heard.clear()
    return came


def _act(stage: Stage, action: Action) -> None:
    pressed = re.fullmatch(r"\[(.+)\]", action.text)
    if action.how == "edits":
        stage.edit(action.who, action.text, where=action.where)
    elif pressed:
        stage.press(action.who, pressed[1], where=action.where)
    elif action.how == "re":
        stage.write(action.who, action.text, about=action.where)
    else:
        stage.write(action.who, action.text, where=action.where)


async def _direct(stage: Stage, words: Sequence[str]) -> None:
    match list(words):
        case [amount, unit] if amount.startswith("+") and unit.removesuffix("s") in UNITS:
            stage.advance(timedelta(**{f"{unit.removesuffix('s')}s": int(amount)}))
        case ["articles"]:
            await stage.stock()
        case ["consent", who]:
            await _agree(stage, who)
        case ["tag", who, tag]:
            stage.tag(who, tag)
        case ["tickets" | "ratings" | "bought" | "guests", first, *rest]:
            _remember(stage, words[0], first, rest)
        case [who, "blocks" | "unblocks" as what]:
            stage.block(who, is_blocked=what == "blocks")
        case [who, "closes" | "reopens" as what, where]:
            stage.turn_topic(who, where, "closed" if what == "closes" else "open")
        case ["restart", *changed] if all("=" in one for one in changed):
            stage.desk |= {name: value for name, _, value in (one.partition("=") for one in changed)}
            await stage.bot.kill()
            await stage.bot.start()
        case ["no" | "lost", "group"]:
            pass  # the stage was set so
        case _:
            raise StageError(f"there is no directive {' '.join(words)}")


def _remember(stage: Stage, what: str, first: str, rest: Sequence[str]) -> None:
    """Have had work of which the story tells nothing but its figures."""
    counted = [pair for one in (first, *rest) if (pair := re.fullmatch(r"(\d)x(\d+)", one))]
    if what == "ratings" and counted:
        said = " ".join((first, *rest)[len(counted) :])
        stage.remember(said, scores={int(pair[1]): int(pair[2]) for pair in counted})
    elif what == "tickets" and first.isdigit() and rest:
        stage.remember(" ".join(rest), count=int(first))
    elif what == "bought" and rest and all(day.isdigit() for day in rest):
        stage.buy(first, [int(day) for day in rest])
    elif what == "guests" and first.isdigit() and len(rest) == 1 and rest[0].isdigit():
        stage.receive(int(first), int(rest[0]))
    else:
        raise StageError("write `! tickets 12 Where is my parcel?` or `! ratings 5x20 1x6 It came late`")


async def _agree(stage: Stage, who: str) -> None:
    """Let a customer come and agree to offers."""
    stage.write(who, "/start")
    await stage.settle()
    code = stage.person(who).language_code
    stage.press(who, catalogue.say("zh" if code.startswith("zh") else "en", "key.consent.yes"))
    await stage.settle()
    stage.heard.clear()


def _by_place(heard: Sequence[Heard]) -> list[str]:
    """Put what came back together by chat and topic, in the order of their first lines."""
    places: dict[str, list[str]] = {}
    for one in heard:
        places.setdefault(one.where, []).append(one.line)
    return [line for lines in places.values() for line in lines]


def _fits(expected: Sequence[str], came: Sequence[str]) -> bool:
    wanted, found = _grouped(expected), _grouped(came)
    return wanted.keys() == found.keys() and all(
        len(lines) == len(found[place])
        and all(_pattern(line).fullmatch(one) for line, one in zip(lines, found[place], strict=True))
        for place, lines in wanted.items()
    )


def _grouped(lines: Sequence[str]) -> dict[str, list[str]]:
    """Group lines by their chat or topic; a sign stands under whom it is for."""
    groups: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        place = re.match(r"bot (\S+) ([^\s:]+)", line)
        assert place is not None  # noqa: S101 - what is heard has this form
        sign = place[1] if place[1] in "👍✍" else ""
        groups[sign + place[2]].append(line)
    return groups


def _pattern(line: str) -> re.Pattern[str]:
    return re.compile(re.escape(line).replace("…", ".*"), re.DOTALL)


def told(source: str, played: Iterable[tuple[Step, Sequence[str]]]) -> str:
    """Write a transcript anew with what came back, for a person to read before it is kept."""
    came = {step.line: answers for step, answers in played}
    lines: list[str] = []
    waiting: Sequence[str] = ()
    is_answer = False
    for number, line in enumerate(source.splitlines(), 1):
        if line.lstrip().startswith("|"):
            lines += [] if is_answer else [line]
            continue
        is_answer = line.startswith("bot ")
        lines += map(formed, waiting)
        waiting = came.get(number, ())
        lines += [] if is_answer else [line]
    return "\n".join([*lines, *map(formed, waiting)]) + "\n"


def formed(line: str) -> str:
    """Write what came back as it stands in a transcript."""
    return "\n".join(
        [more.rstrip() for more in line.replace("bot ", "bot   ", 1).replace("\n", "\n      | ").splitlines()]
    )
