"""Tell kinds of messages as one's own team sorted them: learnt from texts of one's own, never shipped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scoring.text import LABELS, Kind, Label, kind

if TYPE_CHECKING:
    from scoring._logistic import Weights

RULES_WEIGH = 0.5  # of what the rules find, beside a text's pieces of words
EACH_AT_LEAST = 5


@dataclass(frozen=True, slots=True)
class KindModel:
    """What was learnt; the reasons it gives are those of the rules."""

    weights: "Weights"

    def kinds(self, texts: Sequence[str]) -> list[Kind]:
        """Return the kind of each text, with its likelihood (0 to 1) and the words the rules found for it."""
        chances = self.weights.chances(texts).tolist()
        return [_kind(text, likely) for text, likely in zip(texts, chances, strict=True)]


def kinds(examples: Sequence[tuple[str, Label]]) -> KindModel:
    """Learn kinds from (text, label) pairs; ValueError when a label has fewer than five.

    Multinomial logistic regression on TF-IDF of pieces of words (Chinese: one to three characters) and on
    what the rules of `text.kind` find. A few thousand texts take some seconds: learn off the event loop.
    """
    from scoring import _logistic  # on first use: it brings scipy

    labels = [LABELS.index(label) for _, label in examples]
    if min(labels.count(position) for position in range(len(LABELS))) < EACH_AT_LEAST:
        raise ValueError(f"learning kinds takes at least {EACH_AT_LEAST} texts of each")
    texts = [text for text, _ in examples]
    return KindModel(_logistic.learn(texts, labels, len(LABELS), rule_weight=RULES_WEIGH))


def _kind(text: str, likely: Sequence[float]) -> Kind:
    """Return the likeliest kind, with the rules' reasons where they agree."""
    best = max(range(len(LABELS)), key=lambda position: likely[position])
    by_rules = kind(text)
    return Kind(LABELS[best], likely[best], by_rules.reasons if by_rules.label == LABELS[best] else ())
