"""What a customer's text seems to be, worked out in a thread before the transaction opens."""

from handlers.ports import Edit, InboundEvent, Message, Understood
from scoring import text as texts
from scoring import tone as tones
from scoring.match import FaqIndex

A_SENTENCE = 3  # words


def understand(event: InboundEvent, index: FaqIndex | None) -> Understood:
    """Read language, kind and likely answers off what a customer wrote."""
    if not isinstance(event, Message | Edit) or not event.text or event.place.is_group:
        return Understood()
    words = event.text.partition(" ")[2] if event.text.startswith("/") else event.text
    if not words:
        return Understood()
    kind, said = texts.kind(words), tones.tone(words)
    answers = index.query(words) if index is not None else []
    return Understood(
        language=_spoken(words, event.person.language_code),
        kind=kind.label,
        kind_confidence=kind.p,
        kind_reasons=tuple(f"{reason.code}:{' '.join(reason.words)}" for reason in kind.reasons),
        thanks_only=texts.is_thanks_only(words),
        answers=tuple((match.article_id, match.confidence) for match in answers),
        signs=said.signs,
        asks=said.asks,
        themes=said.themes,
        sentiment=texts.sentiment(words).p,
    )


def _spoken(words: str, code: str | None) -> str | None:
    """Tell the language of a text; "ok" and an article's name are typed in Latin letters in Chinese too."""
    shown = texts.language(words)
    is_chinese = (code or "").lower().startswith("zh")
    return None if shown == "en" and is_chinese and len(words.split()) < A_SENTENCE else shown
