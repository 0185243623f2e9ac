"""The functions of the gate of which each operator is turned, and the operators that no verdict hangs on.

    _is_lost 1 Or    the second operator of `_is_lost`, an `or`: turned it is an `and`, and some world differs

Three kinds of turned operators are told apart: those that a world must notice, those that change no
verdict, and those that change what is shown beside one.
"""

from collections.abc import Callable

from engine.gate import (
    acts,
    approvals,
    ban_items,
    builtin,
    compare,
    data_items,
    deltas,
    facts,
    graph,
    infer,
    items,
    judge,
    known_part,
    limit_items,
    limits,
    measure,
    readings,
    riding_items,
    states,
    still,
    trade_items,
    unknowns,
    window_items,
)

FUNCTIONS: tuple[Callable[..., object], ...] = (
    compare.lowering,
    compare.compared,
    compare.reached,
    limits.Limits._read,
    readings.factor_of,
    readings.least,
    compare._lowering_alone,
    compare._lowers_line,
    limits.Limits.headroom,
    limits._moves_bounds,
    readings.anchored,
    readings.rounded_reading,
    readings.Room.is_less_than,
    graph.Graph.shifted,
    graph.Graph.shifts,
    graph.Graph._moved,
    graph.Graph._compute,
    graph.Graph._largest,
    graph.root_step,
    graph.variance,
    trade_items.headroom_to,
    acts.actions_of,
    acts.covered,
    acts.value_of,
    window_items._meets,
    limit_items.net_bought,
    limit_items._is_tested,
    limit_items._speaks,
    limit_items._warns,
    deltas._deltas_of,
    deltas.add,
    deltas._costs_of_the_closed,
    deltas.disallowed_by,
    deltas._is_at_book,
    deltas.settling_order,
    compare._still_of_line,
    compare.may_move,
    compare.movers,
    limits._is_plain,
    limits._is_loud,
    limit_items._missing_item,
    acts.sells_all,
    ban_items.ban_items,
    ban_items._ban,
    builtin.position_of,
    builtin._limits_borrowing,
    data_items._disorder,
    trade_items._items,
    trade_items.what_is_missing,
    unknowns.is_of_everything,
    unknowns.is_present,
    unknowns.is_weighed_blindly,
    unknowns._unpriced_trades,
    unknowns._unsettled_sales,
    window_items._is_twofold,
    window_items._lacks_history,
    window_items._listed_acts,
    window_items._listed_events,
    window_items._missing_windows,
    ban_items._require,
    ban_items.waiver_of_require,
    ban_items._required,
    builtin.held_of,
    builtin._short_item,
    compare._lowers,
    data_items.data_response,
    deltas._paid,
    deltas.settled_deltas,
    deltas._stands,
    facts._touches,
    facts._waivers,
    facts._is_open,
    facts._ties,
    graph.Graph._weights,
    graph.Graph._ranked_on,
    graph._of_largest,
    infer._of_item,
    infer._of_window,
    infer._unexpected_pairs,
    vars(items.Item)["rule_key"].fget,
    vars(items.Item)["group_key"].fget,
    measure._own_deltas,
    limit_items._standing_for,
    known_part.known_item,
    known_part._worth,
    known_part._known_reading,
    limit_items.limit_items,
    limit_items._untold,
    limit_items.blinded,
    limit_items._items_of,
    limit_items._rest,
    limit_items._absent,
    limit_items._tightest,
    limits.Limits.__init__,
    limits.Limits._register,
    limits.Limits.room,
    vars(measure.Listed)["after"].func,
    measure.Listed.on_line,
    measure.Listed.dropped,
    measure.Listed._scaled,
    riding_items.riding_items,
    states.Over.__contains__,
    states.Over.__bool__,
    states.state_on,
    still.Still.__init__,
    still.Still.is_sure,
    still.Still.__call__,
    trade_items.trade_items,
    trade_items._is_lost,
    trade_items._measured,
    trade_items.waived_of,
    trade_items._warn_of,
    trade_items._on_its_side,
    unknowns._concerned,
    unknowns.is_excepted,
    window_items._met_item,
    window_items._covers,
    window_items._doubtful,
    window_items._of_row,
    window_items._side,
    window_items._past_acts,
    limits.Limits._open,
    limit_items._is_a_group,
    limit_items._unsettled,
    judge._of_list,
    approvals.decision_id,
    approvals.approved,
    approvals._are_distinct,
    approvals._fits,
    approvals._left_over,
)

EQUIVALENT = frozenset(
    {
        "reached 0 Gt",  # an early warning at the level itself is told by its sign, which is never zero
        "factor_of 0 LtE",  # a base of 0 has no figure: dividing by it ends the judgement either way
        "_largest 1 LtE",  # a part that comes up to the least of the largest is added up anew: the same sum
        "root_step 1 Gt",  # only asked where the base is positive
        "rounded_reading 0 Or",  # both sides say the same: no factor where the base is not positive
        "rounded_reading 2 LtE",  # at a base of 0 there is no factor, which the other side asks for
        "rounded_reading 7 And",  # with none told the headroom itself decides, which is told already
        "_speaks 0 Or",  # `_items_of` asks both once more, and answers "not applicable" as the rest does
        "_speaks 6 Lt",  # a group exactly at its limit passes, by its own name or among the rest
        "_speaks 5 Lt",  # the same of a group that lacks nothing
        "_deltas_of 1 Gt",  # the sign of a side is 1 or -1
        "add 0 Gt",  # the sign is 1 or -1
        "_is_loud 1 Lt",  # a group exactly at its limit is looked at once more, and passes
        "_require 3 Or",  # beside what is not known it says too that nothing fails, which stops nothing
        "_waivers 0 And",  # an item of which data are missing carries no waiver
        "_is_open 0 And",  # acts without events make no pair
        "_ties 0 Or",  # of `same` each security has itself alone as a partner, which is no tie
        "_ranked_on 0 Or",  # the order is found anew, not kept: the same
        "_ranked_on 1 Lt",  # the same
        "_of_largest 0 Gt",  # nothing is added, or 0
        "group_key 1 Or",  # the class of a target is its group's name too
        "_untold 0 Lt",  # where all are told there is no rest to tell
        "_items_of 3 And",  # a known part within its limit says that it passes
        "_items_of 4 Lt",  # the same
        "_absent 0 Lt",  # those exactly at their limit are left out by the reading after
        "_absent 2 Lt",  # a group exactly at its limit passes, in the rest or as one that is not there
        "_tightest 0 And",  # whichever stands for the rest passes unwarned, as all of the rest do
        "_tightest 1 min",  # the same
        "Limits.__init__ 1 Or",  # what may belong to a group makes it loud, so that it is told all the same
        "dropped 0 Div",  # only a remedy drops a trade at another quantity
        "dropped 1 And",  # what reads no settlement is not asked with one
        "Over.__bool__ 0 Or",  # every trade moves the cash of its account: what differs is never nothing
        "state_on 0 Or",  # copied, or laid over: the same values
        "state_on 1 Gt",  # the same
        "Still.__init__ 0 LtE",  # what is not kept is measured anew: the same
        "Still.__call__ 1 And",  # the same
        "Still.__call__ 3 GtE",  # the same
        "_concerned 0 And",  # only groups that are held or traded are asked
        "is_excepted 0 Or",  # an excepted group is held, or says nothing
        "_met_item 0 And",  # where only acts or only events are there, no pair is found
        "_unsettled 0 And",  # a gain that nothing lacks is asked once more, and says what it said
        "_of_list 0 And",  # what names a trade counts by it; what names none and is not new only warns
        "_past_acts 0 And",  # acts of what is no partner of an event do not meet it
    }
)
"""Turned operators that change no verdict, and why."""

TOLD = frozenset(
    {
        "_short_item 0 min",  # which security is shown
        "_short_item 1 min",  # the same
        "_short_item 5 Or",  # the contributors
        "_short_item 6 Lt",  # the same
        "_of_item 0 And",  # responses that come to nothing, such as a report
        "_standing_for 0 Or",  # the name of the tightest group
        "_untold 1 Add",  # that an idle rule does not apply
        "_rest 5 And",  # the name of a group that does not apply
        "_rest 6 min",  # the same
        "trade_items 0 Or",  # that no trade is a rule's subject
        "_measured 0 Or",  # why a rule does not apply
        "_measured 4 Lt",  # which of two bounds is the nearer
        "_measured 6 Sub",  # the same
        "_measured 7 Sub",  # the same
        "_measured 8 Lt",  # whom a trade exactly at its limit names, which passes
        "_of_row 1 Lt",  # the event's name
        "_of_row 2 Lt",  # its loss
    }
)
"""Turned operators that change what is shown beside a verdict, which the reference does not tell."""
