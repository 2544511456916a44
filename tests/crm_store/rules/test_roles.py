import pytest

from crm_store.rules.roles import Role, may

GRANTED = {
    Role.CUSTOMER: {"customer"},
    Role.AGENT: {"customer", "agent"},
    Role.SUPERVISOR: {"customer", "agent", "supervisor"},
    Role.MARKETER: {"customer", "marketer"},
    Role.ADMIN: {"customer", "agent", "supervisor", "marketer", "admin"},
}


@pytest.mark.parametrize("role", Role)
def test_what_one_role_may(role: Role) -> None:
    assert {needed.value for needed in Role if may({role}, needed)} == GRANTED[role]


def test_roles_add_up() -> None:
    assert may([Role.AGENT, Role.MARKETER], Role.AGENT)
    assert may([Role.AGENT, Role.MARKETER], Role.MARKETER)
    assert not may([Role.AGENT, Role.MARKETER], Role.SUPERVISOR)


def test_someone_without_a_role_is_a_customer() -> None:
    assert [needed for needed in Role if may((), needed)] == [Role.CUSTOMER]
