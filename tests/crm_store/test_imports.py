"""Imported customers on both databases: known again by address, phone or e-mail, in this order."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import customers, imports, journal
from crm_store.imports import Imported
from crm_store.models.customer import Customer, Identity
from crm_store.store import Store
from tests.crm_store.post import NOW

NOBODY = Imported(None, None, None, None, None, None, (), {})
MEI = replace(
    NOBODY, name="Mei 梅", phone="+8613800138000", email="mei@example.org", address="101", language="zh"
)


def keep(store: Store, inbox_id: int | None, found: Imported) -> bool:
    return store.write_now(lambda session: imports.keep(session, inbox_id, found, language="en", now=NOW))


def names(store: Store) -> list[str]:
    return store.read_now(
        lambda session: list(session.scalars(sa.select(Customer.name).order_by(Customer.id)))
    )


def only(store: Store) -> Customer:
    return store.read_now(lambda session: session.scalars(sa.select(Customer)).one())


def identities(store: Store) -> list[tuple[str, str]]:
    asked = sa.select(Identity.address, Customer.name).join(Customer, Customer.id == Identity.customer_id)
    return store.read_now(
        lambda session: [(row[0], row[1]) for row in session.execute(asked.order_by(Identity.address))]
    )


def test_a_new_customer_is_told_from_a_known_one(store: Store, inbox_id: int) -> None:
    assert keep(store, inbox_id, MEI) is True
    assert keep(store, inbox_id, MEI) is False
    assert identities(store) == [("101", "Mei 梅")]


@pytest.mark.parametrize("key", ["address", "phone", "email"])
def test_each_key_alone_is_enough_to_know_a_customer(store: Store, inbox_id: int, key: str) -> None:
    keep(store, inbox_id, MEI)
    same = replace(NOBODY, name="May", **{key: getattr(MEI, key)})
    assert keep(store, inbox_id, same) is False
    assert names(store) == ["May"]


def test_nothing_given_leaves_everything(store: Store, inbox_id: int) -> None:
    keep(store, inbox_id, replace(MEI, region="华东", attributes={"city": "上海", "age": 35}))
    keep(store, inbox_id, replace(NOBODY, address="101", attributes={"age": 36}))
    mei = only(store)
    assert (mei.name, mei.phone, mei.email, mei.language, mei.region) == (
        "Mei 梅", "+8613800138000", "mei@example.org", "zh", "华东",
    )  # fmt: skip
    assert mei.attributes == {"city": "上海", "age": 36}


def test_without_a_name_a_customer_is_called_by_what_is_known(store: Store, inbox_id: int) -> None:
    keep(store, inbox_id, replace(NOBODY, email="li@example.org", phone="+8613900139000"))
    keep(store, inbox_id, replace(NOBODY, address="103"))
    assert names(store) == ["li@example.org", "103"]


@pytest.mark.parametrize(("chosen", "kept"), [(True, "en"), (False, "zh")])
def test_only_a_language_nobody_chose_is_overwritten(
    store: Store, inbox_id: int, chosen: bool, kept: str
) -> None:
    def writes(session: Session) -> None:
        mei = customers.create(session, inbox_id, "101", name="Mei", language="zh", now=NOW)
        customers.choose_language(session, mei, "en", chosen=chosen)

    store.write_now(writes)
    keep(store, inbox_id, MEI)
    assert (only(store).language, only(store).language_chosen) == (kept, chosen)


def test_two_addresses_are_two_people_though_they_share_a_phone(store: Store, inbox_id: int) -> None:
    keep(store, inbox_id, MEI)
    mother = replace(NOBODY, name="Mother", phone=MEI.phone, address="103")
    assert [keep(store, inbox_id, mother) for _ in range(2)] == [True, False]
    assert identities(store) == [("101", "Mei 梅"), ("103", "Mother")]


def test_an_address_on_another_inbox_is_the_same_person(store: Store, inbox_id: int) -> None:
    keep(store, inbox_id, MEI)
    other = store.write_now(lambda session: journal.inbox(session, "telegram", "2").id)
    assert keep(store, other, replace(MEI, address="999")) is False
    assert identities(store) == [("101", "Mei 梅"), ("999", "Mei 梅")]


def test_an_address_is_given_to_who_was_known_by_phone(store: Store, inbox_id: int) -> None:
    keep(store, None, replace(MEI, address=None))
    assert keep(store, inbox_id, MEI) is False
    assert identities(store) == [("101", "Mei 梅")]


def test_tags_are_put_on_once(store: Store, inbox_id: int) -> None:
    for tags in (("vip", "茶"), ("茶", "gold")):
        keep(store, inbox_id, replace(MEI, tags=tags))
    found = store.read_now(lambda session: customers.tags(session, only(store).id))
    assert sorted(found) == ["gold", "vip", "茶"]
