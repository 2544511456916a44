"""What segments are called: by people in either language, and by buttons in few letters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crm_store import campaigns, scores, segments
from crm_store.errors import RefusedError
from crm_store.models.score import ScoreRun
from crm_store.segments import Rule
from handlers.agent import naming
from handlers.context import Context
from handlers.texts import catalogue
from scoring.loyalty import STAGES
from scoring.text import normalise

CLASSES = ("A", "B", "C")
NAMES = (
    "champion", "loyal", "promising", "new", "attention", "cannot_lose", "at_risk", "hibernating", "lost",
)  # fmt: skip
REGIONS = (
    "north", "northeast", "east", "central", "south", "southwest", "northwest", "hong_kong_macao_taiwan",
    "unknown",
)  # fmt: skip
ALONE = ("likely", "potential")  # fields that are a rule by themselves
YES = "yes"
AND = "+"


@dataclass(frozen=True, slots=True)
class Named:
    """A rule with the name a reader knows it by, and its code for buttons."""

    name: str
    rule: Rule
    kept: str = ""

    @property
    def code(self) -> str:
        """Return the rule in few letters, or the number of the saved one."""
        return self.kept or "~".join(
            f"{field}={value}" for field, values in self.rule.items() for value in values
        )


def read(ctx: Context, typed: str) -> Named:
    """Return the segment a text names; several joined by + are who belongs to each of them."""
    words = typed.removeprefix("segment:").removeprefix("分群:").removeprefix("分群：").strip()
    known = _known(ctx)
    whole = known.get(_folded(words))
    if whole is not None:
        return whole[1]
    parts = [_part(ctx, known, part) for part in words.replace("＋", AND).split(AND) if part.strip()]
    if not parts:
        raise RefusedError("unknown_segment", word="")
    return _joined(parts)


def of_code(ctx: Context, code: str) -> Named:
    """Return the segment of a button, or refuse one that was never made."""
    field, _, value = code.partition("=")
    if field == "id":
        kept = next((one for one in segments.saved(ctx.session) if str(one.id) == value), None)
        if kept is None:
            raise RefusedError("stale_button")
        return Named(kept.name, _rule(kept.rule), code)
    parts = []
    for part in code.split("~"):
        field, _, value = part.partition("=")
        if not segments.knows(field) or not value:
            raise RefusedError("stale_button")
        parts.append(Named(_word(ctx.language, field, value), {field: [value]}))
    return _joined(parts)


def groups(ctx: Context, run: ScoreRun | None) -> Iterator[tuple[str, Sequence[Named]]]:
    """Yield the headings of the list with the segments below each."""
    if run is not None:
        yield "class", _of(ctx, "class", CLASSES)
        yield "stage", _of(ctx, "stage", STAGES)
        yield "rfm", _of(ctx, "rfm", NAMES)
        yield "outlook", [one for field in ALONE for one in _of(ctx, field, (YES,))]
        yield "cluster", _of(ctx, "cluster", [str(label) for label in scores.clusters(ctx.session)])
        yield "region", _of(ctx, "region", scores.regions(ctx.session))
    yield "language", _of(ctx, "language", catalogue.LANGUAGES)
    yield "tag", _of(ctx, "tag", campaigns.known_tags(ctx.session))
    yield "saved", _saved(ctx)


def offered(ctx: Context, run: ScoreRun | None) -> Sequence[Named]:
    """Return the segments worth a button below the list."""
    scored = [] if run is None else [*_of(ctx, "class", ("A",)), *_of(ctx, "stage", ("at_risk",))]
    alone = [] if run is None else [one for field in ALONE for one in _of(ctx, field, (YES,))]
    return [*scored, *alone, *_saved(ctx)[:6]]


def _of(ctx: Context, field: str, values: Sequence[str]) -> list[Named]:
    return [Named(_word(ctx.language, field, value), {field: [value]}) for value in values]


def _saved(ctx: Context) -> list[Named]:
    return [Named(one.name, _rule(one.rule), f"id={one.id}") for one in segments.saved(ctx.session)]


def _rule(kept: Mapping[str, object]) -> Rule:
    return {
        field: [str(value) for value in values] for field, values in kept.items() if isinstance(values, list)
    }


def _known(ctx: Context) -> dict[str, tuple[str, Named]]:
    """Return every segment by its names, folded and as written; of two with one name the later line wins."""
    found: dict[str, tuple[str, Named]] = {}
    choices = [
        *(("tag", tag) for tag in campaigns.known_tags(ctx.session, most=200)),
        *(("region", region) for region in REGIONS),
        *(("language", language) for language in catalogue.LANGUAGES),
        *(("cluster", str(label)) for label in scores.clusters(ctx.session)),
        *(("rfm", name) for name in NAMES),
        *((field, YES) for field in ALONE),
        *(("stage", stage) for stage in STAGES),
        *(("class", letter) for letter in CLASSES),
    ]
    for field, value in choices:
        named = Named(_word(ctx.language, field, value), {field: [value]})
        bare = (
            [catalogue.say(code, f"profile.segment.{value}") for code in catalogue.LANGUAGES]
            if field == "rfm"
            else []
        )
        spoken = [_word(code, field, value) for code in catalogue.LANGUAGES]
        for name in (field if value == YES else value, f"{field} {value}", *bare, *spoken):
            found[_folded(name)] = name, named
    found |= {_folded(one.name): (one.name, one) for one in _saved(ctx)}
    return found


def _folded(name: str) -> str:
    return normalise(name.replace("_", " ")).strip()


def _part(ctx: Context, known: Mapping[str, tuple[str, Named]], typed: str) -> Named:
    found = known.get(_folded(typed))
    if found is not None:
        return found[1]
    tag = typed.strip().removeprefix("#")
    if campaigns.has_tag(ctx.session, tag):
        return Named(f"#{tag}", {"tag": [tag]})
    raise naming.unknown(typed, [name.casefold() for name, _ in known.values()], "segment")


def _joined(parts: Sequence[Named]) -> Named:
    """Return who belongs to each of several; of one field, such as classes, to any of the values."""
    if len(parts) == 1:
        return parts[0]
    rule: dict[str, Sequence[str]] = {}
    for part in parts:
        for field, values in part.rule.items():
            rule[field] = list(dict.fromkeys([*rule.get(field, ()), *values]))
    return Named(f" {AND} ".join(part.name for part in parts), rule)


def _word(language: str, field: str, value: str) -> str:
    """Name one value of a field."""
    if field == "tag":
        return f"#{value}"
    if field in ALONE:
        return catalogue.say(language, f"segment.name.{field}")
    if field == "cluster":
        number = int(value) + 1 if value.isdecimal() else value
        return catalogue.say(language, "segment.name.cluster", number=number)
    key = {
        "class": f"segment.name.class.{value}",
        "stage": f"profile.stage.{value}",
        "rfm": f"profile.segment.{value}",
        "region": f"region.{value}",
        "language": f"audience.{value}",
    }.get(field, "")
    word = catalogue.say(language, key) if catalogue.knows(key) else value
    return f"RFM {word}" if field == "rfm" else word
