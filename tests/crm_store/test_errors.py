from crm_store.errors import NotFoundError, RefusedError, StoreError, TransitionError


def test_each_error_carries_a_catalogue_key_and_its_values() -> None:
    errors = [
        NotFoundError("ticket", 99),
        TransitionError("closed", "resolve"),
        RefusedError("stale", seen=4),
    ]

    assert [(error.key, error.values) for error in errors] == [
        ("error.not_found", {"what": "ticket", "number": 99}),
        ("error.transition", {"status": "closed", "verb": "resolve"}),
        ("refused.stale", {"seen": 4}),
    ]
    assert all(isinstance(error, StoreError) for error in errors)


def test_the_docstring_is_the_default_message() -> None:
    assert str(StoreError()) == "The store cannot do this."
    assert str(NotFoundError("ticket", 99)) == "There is no such thing. (what=ticket, number=99)"
    assert str(RefusedError("stale")) == "A rule refuses this. [stale]"
