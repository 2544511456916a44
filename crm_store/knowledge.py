"""Articles: what the house knows, in each language, and the ways customers ask for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.errors import NotFoundError, RefusedError
from crm_store.models.article import Article, ArticlePhrasing, ArticleProposal, ArticleShowing, ArticleText
from crm_store.store import Prepared, wake

CHANGED = "knowledge"  # what wakes whoever keeps an index of the articles


class Entry(NamedTuple):
    """One known phrasing of what an article answers."""

    article_id: int
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an article says to one reader."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as someone wrote it: an answer and known phrasings in each language."""

    slug: str
    answers: Mapping[str, Answer]
    phrasings: Mapping[str, Sequence[str]] = field(default_factory=dict)


_TEXT = Prepared(
    sa.select(ArticleText.title, ArticleText.body)
    .where(ArticleText.article_id == sa.bindparam("article"))
    .order_by(
        sa.case(
            (
                ArticleText.language == sa.bindparam("preferred", type_=sa.Text),
                sa.literal_column("0"),
            ),
            else_=sa.literal_column("1"),
        ),
        ArticleText.language,
    )
    .limit(sa.literal_column("1"))
)


def text_of(session: Session, article_id: int, language: str) -> Answer | None:
    """Return an article in a language, else in the one it is written in; None when it is gone."""
    row = _TEXT.first(session, article=article_id, preferred=language)
    if row is None:
        return None
    title, body = row
    return Answer(cast("str", title), cast("str", body))


def keep(session: Session, draft: Draft) -> int:
    """Write an article down, in place of the one with the same slug, and return its id."""
    article = session.scalar(sa.select(Article).where(Article.slug == draft.slug))
    if article is None:
        article = Article(slug=draft.slug)
        session.add(article)
        session.flush()
    for part in (ArticleText, ArticlePhrasing):
        session.execute(sa.delete(part).where(part.article_id == article.id))
    for language, answer in draft.answers.items():
        session.add(
            ArticleText(article_id=article.id, language=language, title=answer.title, body=answer.body)
        )
    for language, texts in draft.phrasings.items():
        for text in dict.fromkeys(texts):
            session.add(ArticlePhrasing(article_id=article.id, language=language, text=text))
    session.flush()
    wake(session, CHANGED)
    return article.id


def everything(session: Session) -> Sequence[Draft]:
    """List every article with its texts and phrasings, by slug."""
    return [
        _whole(session, article) for article in session.scalars(sa.select(Article).order_by(Article.slug))
    ]


def by_slug(session: Session, slug: str) -> Draft:
    """Return an article whole, or raise NotFoundError."""
    return _whole(session, _named(session, slug))


def slugs(session: Session) -> Sequence[str]:
    """List the slugs of the articles."""
    return session.scalars(sa.select(Article.slug).order_by(Article.slug)).all()


def _named(session: Session, slug: str) -> Article:
    found = session.scalar(sa.select(Article).where(Article.slug == slug))
    if found is None:
        raise NotFoundError("article", slug)
    return found


def _whole(session: Session, article: Article) -> Draft:
    texts = session.scalars(
        sa.select(ArticleText).where(ArticleText.article_id == article.id).order_by(ArticleText.language)
    )
    asked = session.scalars(
        sa.select(ArticlePhrasing)
        .where(ArticlePhrasing.article_id == article.id)
        .order_by(ArticlePhrasing.id)
    )
    phrasings: dict[str, list[str]] = {}
    for one in asked:
        phrasings.setdefault(one.language, []).append(one.text)
    return Draft(article.slug, {one.language: Answer(one.title, one.body) for one in texts}, phrasings)


def write(
    session: Session, slug: str, language: str, *, title: str | None = None, body: str | None = None
) -> None:
    """Change what an article says in a language; one not written in it yet takes its title over."""
    article = _named(session, slug)
    found = session.get(ArticleText, (article.id, language))
    if found is None:
        known = text_of(session, article.id, language)
        usual = slug if known is None else known.title
        session.add(
            ArticleText(article_id=article.id, language=language, title=title or usual, body=body or "")
        )
    else:
        found.title, found.body = title or found.title, body or found.body
    session.flush()
    wake(session, CHANGED)


def add_phrasing(session: Session, article_id: int, language: str, text: str) -> bool:
    """Teach an article one more way to ask; False when it knows it."""
    if is_known(session, article_id, text):
        return False
    session.add(ArticlePhrasing(article_id=article_id, language=language, text=text))
    session.flush()
    wake(session, CHANGED)
    return True


def teach(session: Session, slug: str, language: str, text: str) -> bool:
    """Teach the article of a slug one more way to ask; False when it knows it."""
    return add_phrasing(session, _named(session, slug).id, language, text)


def is_known(session: Session, article_id: int, text: str) -> bool:
    """Tell whether an article is asked for in exactly these words already."""
    same = sa.select(ArticlePhrasing.id).where(
        ArticlePhrasing.article_id == article_id, sa.func.lower(ArticlePhrasing.text) == text.lower()
    )
    return session.scalar(same.limit(1)) is not None


def remove(session: Session, slug: str) -> None:
    """Take an article away with all that belongs to it."""
    article = _named(session, slug)
    for part in (ArticleText, ArticlePhrasing, ArticleProposal, ArticleShowing):
        session.execute(sa.delete(part).where(part.article_id == article.id))
    session.delete(article)
    session.flush()
    wake(session, CHANGED)


def make(session: Session, slug: str) -> None:
    """Begin an article under a new slug, or refuse one that is taken."""
    if session.scalar(sa.select(Article.id).where(Article.slug == slug)) is not None:
        raise RefusedError("article_taken", slug=slug)
    session.add(Article(slug=slug))
    session.flush()


def entries(session: Session) -> Sequence[Entry]:
    """List every title and phrasing, for the index that finds articles by them."""
    titles = sa.select(ArticleText.article_id, ArticleText.language, ArticleText.title.label("text"))
    asked = sa.select(ArticlePhrasing.article_id, ArticlePhrasing.language, ArticlePhrasing.text)
    both = sa.union(titles, asked).subquery("both")
    rows = session.execute(sa.select(both).order_by(both.c.article_id, both.c.language, both.c.text))
    return [Entry(*cast("tuple[int, str, str]", row)) for row in rows]
