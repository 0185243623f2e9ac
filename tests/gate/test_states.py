"""Values laid over those of another state read as one state would, and leave the other as it is."""

from engine.gate.states import FEW, NOTHING, Over, State, state_on
from engine.ledger.exact import exact

ONE, TWO = exact(1), exact(2)


def _under() -> State:
    return State(dict.fromkeys(range(FEW + 1), ONE))


def test_few_values_are_copied_and_many_laid_over() -> None:
    assert isinstance(state_on(NOTHING), State)
    assert isinstance(state_on(State(dict.fromkeys(range(FEW), ONE))), State)
    assert isinstance(state_on(_under()), Over)
    assert isinstance(state_on(Over(NOTHING)), Over)


def test_what_is_laid_over_hides_what_is_under_it() -> None:
    under = _under()
    over = state_on(under)
    over[3] = TWO
    over[FEW + 7] = TWO
    assert (over[3], over.get(3), over[4], over.get(4)) == (TWO, TWO, ONE, ONE)
    assert over.get(FEW + 8) is None
    assert FEW + 7 in over
    assert FEW + 8 not in over
    assert dict(over) == {**under, 3: TWO, FEW + 7: TWO}
    assert len(over) == FEW + 2
    assert under == dict.fromkeys(range(FEW + 1), ONE)


def test_it_is_nothing_only_where_both_are() -> None:
    empty = Over(NOTHING)
    assert not empty
    empty[1] = ONE
    assert empty
    assert Over(_under())
