"""Who may do what: five roles and what each includes."""

from collections.abc import Collection, Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person may do here."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MARKETER = "marketer"
    ADMIN = "admin"


INCLUDES: Mapping[Role, frozenset[Role]] = {
    Role.CUSTOMER: frozenset({Role.CUSTOMER}),
    Role.AGENT: frozenset({Role.CUSTOMER, Role.AGENT}),
    Role.SUPERVISOR: frozenset({Role.CUSTOMER, Role.AGENT, Role.SUPERVISOR}),
    Role.MARKETER: frozenset({Role.CUSTOMER, Role.MARKETER}),
    Role.ADMIN: frozenset(Role),
}


def may(roles: Collection[Role], needed: Role) -> bool:
    """Tell whether someone with these roles may do what `needed` may; anyone is a customer."""
    return needed is Role.CUSTOMER or any(needed in INCLUDES[role] for role in roles)
