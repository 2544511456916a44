"""The seeded world: the same people and the same three months every time, told from the demo's own now."""

from datetime import datetime, time, timedelta
from functools import partial

from bot.demo import history as histories
from bot.demo import keeping, past, peopling, voices
from bot.demo.cast import ZHAO, shoppers
from bot.migrating import upgrade
from bot.sandbox.world import World
from crm_store.rules.zones import instant_of, local_of
from crm_store.store import Store

OPENING = time(9)


def seed(url: str, world: World, *, base: datetime, zone: str) -> None:
    """Fill an empty store and an empty sandbox; everything lies before `base`."""
    people = shoppers()
    peopling.people_staff(world)
    peopling.people_customers(world, people)
    store = Store(url)
    try:
        upgrade(store.engine)
        account, founded = str(world.bot.id), base - timedelta(days=430)
        house = store.write_now(lambda session: keeping.furnish(session, account, now=founded))
        store.write_now(lambda session: keeping.settle_people(session, house, people, base=base))
        opening = instant_of(datetime.combine(local_of(base, zone).date(), OPENING), zone)
        history = histories.write(people, base, opening=opening, agents=keeping.agents(house))
        peopling.greet(history, people, base=base)
        sent: list[past.Sent] = []
        for old in past.PAST:
            send = partial(past.campaign, house=house, past=old, opening=opening, zone=zone)
            sent.append(store.write_now(send))
            store.write_now(partial(past.sell, people=people, sent=sent[-1], nth=len(sent), until=base))
            past.show(history, old, people, sent[-1])
        history.in_order()
        store.write_now(lambda session: keeping.file_cases(session, history))
        store.write_now(lambda session: keeping.file_ratings(session, house, history, base=base))
        store.write_now(lambda session: voices.file_opinions(session, history))
        store.write_now(lambda session: voices.file_answers(session, history, base=base))
    finally:
        store.close()
    peopling.show_history(world, history, people)
    peopling.show_cards(world, ZHAO.address, [(one.at, one.card) for one in sent])
