"""Our own check of rulesets: it passes all that the emitter writes, and each broken emission rule fails it.

Each mutation below undoes one rule of emission in the text that the engine would see.
"""

import json
import random
import re

import pytest

from engine.gate.engine.dialect import MAX_FACTS, name_hash, number_text
from engine.gate.engine.emit import emit
from engine.gate.engine.faults import EmissionFault
from engine.gate.engine.gaterules import FOLLOWS, MEASURED
from engine.gate.engine.program import (
    And,
    Compare,
    Equals,
    Field,
    JoinRule,
    Match,
    Of,
    Op,
    Or,
    Program,
    Report,
    ThresholdRule,
)
from engine.gate.engine.validate import check_ruleset
from tests.gate_engine.programs import join_program, threshold_program


def above(field: str, right: float | Field) -> Compare:
    return Compare(op=Op.GT, field=field, right=right)


def same(field: str, alias: str, other: str) -> Compare:
    return Compare(op=Op.EQ, field=field, right=Of(alias=alias, field=other))


RULES = emit(
    Program(
        rules=(
            ThresholdRule(
                name="wide",
                kind="x",
                require=And(
                    parts=(above("p", Field(name="q")), Or(parts=(above("r", 1e-05), above("p", 2.5)))),
                ),
            ),
            ThresholdRule(name="word", kind="x", require=Equals(field="s", value="EQ")),
        )
    )
)
JOINS = emit(
    Program(
        joins=(
            JoinRule(
                name="meet",
                matches=(
                    Match(alias="loss", kind="loss", where=(Equals(field="open", value=True),)),
                    Match(
                        alias="buy",
                        kind="buy",
                        where=(
                            above("size", 0.0),
                            same("sec", "loss", "sec"),
                            Compare(op=Op.LTE, field="day", right=Of(alias="loss", field="high")),
                        ),
                    ),
                ),
                then=Report(),
            ),
        )
    )
)
R, J = RULES.shards[0].text, JOINS.shards[0].text


def test_the_emitted_text_is_the_documented_form() -> None:
    (shard,) = emit(
        Program(
            rules=(
                ThresholdRule(
                    name="cap", kind="headroom", require=Compare(op=Op.GTE, field="after", right=0.0)
                ),
            )
        )
    ).shards
    assert shard.text == (
        '{"_c":{"all":[{"m":{"$and":[{"k":"_c"},{"$gt":{"v":0.5}},{"$lt":{"v":1.0}}]}}],"cap":4096},'
        '"_n0":{"all":[{"m":{"k":"k0"}}],"cap":4096},'
        '"r0P":{"all":[{"m":{"$and":[{"k":"k0"},{"$gte":{"after":0.0}}]}}],"cap":4096},'
        '"r0F":{"all":[{"m":{"$and":[{"k":"k0"},{"$lt":{"after":0.0}}]}}],"cap":4096}}'
    )


def test_all_that_is_emitted_passes() -> None:
    for seed in range(200):
        for program in (threshold_program(random.Random(seed)), join_program(random.Random(seed))):
            for shard in emit(program).shards:
                check_ruleset(shard.text)
    for shard in (*emit(MEASURED).shards, *emit(FOLLOWS).shards):
        check_ruleset(shard.text)


def join_end(text: str) -> str:
    """The join without the group that ends it."""
    return re.sub(r',\{"\$and":\[\{"k":"k\d+"\}\]\}\]\}\}\]', "]}}]", text)


MUTATIONS = {
    "two keys in one dictionary": (R, '{"$gt":{"p":2.5}}', '{"$gt":{"p":2.5,"r":1.0}}'),
    "two comparisons in one dictionary": (R, '{"$gt":{"p":2.5}}', '{"$gt":{"p":2.5},"s":"s0"}'),
    "a key twice": (R, '{"$gt":{"p":2.5}}', '{"$gt":{"p":2.5},"$gt":{"p":9.5}}'),
    "no kind first": (R, '{"$and":[{"k":"k0"},{"$and"', '{"$and":[{"s":"s0"},{"$and"'),
    "no kind at all": (R, '{"m":{"$and":[{"k":"k0"},{"s":"s0"}]}}', '{"m":{"s":"s0"}}'),
    "a kind by its name": (R, '{"m":{"k":"k0"}}', '{"m":{"k":"x"}}'),
    "an exponent without a dot": (R, "1.0e-05", "1e-05"),
    "a whole number as constant": (R, '{"p":2.5}', '{"p":2}'),
    "not a number": (R, '{"p":2.5}', '{"p":NaN}'),
    "infinity": (R, '{"p":2.5}', '{"p":Infinity}'),
    "null": (R, '{"p":2.5}', '{"p":null}'),
    "a text that is no code": (R, '{"s":"s0"}', '{"s":"EQ"}'),
    "a text in order": (R, '{"s":"s0"}', '{"$lt":{"s":"s0"}}'),
    "an unguarded other field": (
        R,
        '{"$and":[{"$ex":{"q":1.0}},{"$gt":{"p":{"$m":"q"}}}]}',
        '{"$gt":{"p":{"$m":"q"}}}',
    ),
    "a guard of the wrong field": (R, '{"$ex":{"q":1.0}},{"$gt"', '{"$ex":{"p":1.0}},{"$gt"'),
    "the guard after the comparison": (
        R,
        '{"$ex":{"q":1.0}},{"$gt":{"p":{"$m":"q"}}}',
        '{"$gt":{"p":{"$m":"q"}}},{"$ex":{"q":1.0}}',
    ),
    "arithmetic": (R, '{"$m":"q"}', '{"$div":{"$l":{"$m":"q"},"$r":2.0}}'),
    "absence": (R, '{"$gt":{"p":2.5}}', '{"$nex":{"p":1.0}}'),
    "negation": (R, '{"$gt":{"p":2.5}}', '{"$not":{"p":2.5}}'),
    "a pattern": (R, '{"s":"s0"}', '{"$mt":{"s":"s.*"}}'),
    "an array": (R, '{"$gt":{"p":2.5}}', '{"$iany":{"p":{"$i":2.5}}}'),
    "an empty and": (R, '[{"k":"k0"},{"s":"s0"}]', '[{"k":"k0"},{"$and":[]}]'),
    "an empty or": (R, '[{"k":"k0"},{"s":"s0"}]', '[{"k":"k0"},{"$or":[]}]'),
    "an unknown operator": (R, '{"$gt":{"p":2.5}}', '{"$above":{"p":2.5}}'),
    "one polarity lost": (R, '"r0F"', '"j9"'),
    "F not the opposite of P": (R, '{"$neq":{"s":"s0"}}', '{"$neq":{"s":"s1"}}'),
    "F with the boundary moved": (R, '{"$lte":{"p":2.5}}', '{"$lt":{"p":2.5}}'),
    "F with `or` kept": (
        R,
        '{"$and":[{"$lte":{"r":1.0e-05}},{"$lte":{"p":2.5}}]}',
        '{"$or":[{"$lte":{"r":1.0e-05}},{"$lte":{"p":2.5}}]}',
    ),
    "no cap": (R, '[{"m":{"k":"k0"}}],"cap":4096', '[{"m":{"k":"k0"}}]'),
    "count instead of cap": (R, '[{"m":{"k":"k0"}}],"cap":4096', '[{"m":{"k":"k0"}}],"count":2'),
    "a cap of another size": (R, '[{"m":{"k":"k0"}}],"cap":4096', '[{"m":{"k":"k0"}}],"cap":8'),
    "any instead of all": (R, '"_n0":{"all"', '"_n0":{"any"'),
    "a key the engine does not know": (R, '"_n0":{"all"', '"_n0":{"description":"","all"'),
    "no tally": (R, '"_n0":{"all":[{"m":{"k":"k0"}}]', '"_n0":{"all":[{"m":{"k":"k9"}}]'),
    "no canary": (R, '"_c":', '"_n7":'),
    "a canary that a comma would not stop": (R, '{"$gt":{"v":0.5}}', '{"$gte":{"v":0.0}}'),
    "a field the engine uses": (R, '{"p":2.5}', '{"sid":2.5}'),
    "a field with a dot": (R, '{"p":2.5}', '{"a.b":2.5}'),
    "no JSON": (R, "}}", "}"),
    "the join's end lost": (J, None, None),
    "a range as the join's end": (J, '{"$and":[{"k":"k0"}]}]', '{"$lte":{"day":{"a0":"high"}}}]'),
    "an or in a join": (J, '{"$lte":{"day":{"a0":"high"}}}', '{"$or":[{"$lte":{"day":{"a0":"high"}}}]}'),
    "a negated match": (J, '{"a1":', '{"a1$not":'),
    "an alias out of order": (J, '{"a1":', '{"a2":'),
    "a later alias": (J, '{"sec":{"a0":"sec"}}', '{"sec":{"a1":"sec"}}'),
    "an unknown alias": (J, '{"sec":{"a0":"sec"}}', '{"sec":{"loss":"sec"}}'),
    "no equality": (J, '{"sec":{"a0":"sec"}},', ""),
    "a constant after the ties": (
        J,
        '{"$gt":{"size":0.0}},{"sec":{"a0":"sec"}}',
        '{"sec":{"a0":"sec"}},{"$gt":{"size":0.0}}',
    ),
    "a sum in a join": (J, '{"a0":"high"}', '{"$add":{"$l":{"a0":"high"},"$r":1.0}}'),
    "a priority that is no small number": (J, '"pri":0', '"pri":-1'),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_rule_of_emission_is_refused(name: str) -> None:
    text, before, after = MUTATIONS[name]
    check_ruleset(text)
    mutated = join_end(text) if before is None else text.replace(before, after)
    assert mutated != text
    with pytest.raises(EmissionFault):
        check_ruleset(mutated)


def wide_rules(count: int, kind: str = "x") -> tuple[ThresholdRule, ...]:
    return tuple(ThresholdRule(name=f"R{n}", kind=kind, require=above(f"f{n}", 0.0)) for n in range(count))


def test_shards_stay_below_the_limits_of_the_engine() -> None:
    shards = emit(Program(rules=wide_rules(300))).shards
    assert [len(shard.polarities) for shard in shards] == [60] * 10
    rules = json.loads(shards[0].text)
    rules |= {"r999P": rules["r0P"], "r999F": rules["r0F"]}
    with pytest.raises(EmissionFault, match="62 condition edges"):
        check_ruleset(json.dumps(rules))


def test_what_has_no_safe_form_is_refused() -> None:
    def refused(reason: str, *rules: ThresholdRule, joins: tuple[JoinRule, ...] = ()) -> None:
        with pytest.raises(EmissionFault, match=reason):
            emit(Program(rules=rules, joins=joins))

    def rule(require) -> ThresholdRule:
        return ThresholdRule(name="R", kind="x", require=require)

    def join(*matches: Match) -> JoinRule:
        return JoinRule(name="J", matches=matches, then=Report())

    big = Or(parts=tuple(above(f"f{n}", 0.0) for n in range(25)))
    pairs = tuple(Or(parts=(above(f"f{n}", 0.0), above(f"g{n}", 0.0))) for n in range(7))
    refused("too large: 75 condition edges", rule(big))
    refused("128 branches", rule(And(parts=pairs)))
    refused("empty", rule(And(parts=())))
    refused("is not a number", rule(above("p", float("nan"))))
    refused("beyond 2\\^53", rule(above("p", 2**53 + 1)))
    refused(
        "both with numbers and with texts", rule(And(parts=(above("p", 1.0), Equals(field="p", value=""))))
    )
    refused("not a plain name", rule(above("a.b", 1.0)))
    refused("one name to the engine", rule(above("id", 1.0)))
    refused("same name", *wide_rules(1), *wide_rules(1))
    loss, buy = Match(alias="a", kind="a"), Match(alias="b", kind="b", where=(above("x", 0.0),))
    refused("meets no earlier fact", joins=(join(loss, buy),))
    refused("its own alias", joins=(join(loss, loss),))
    refused("one to 5 facts", joins=(join(*(Match(alias=str(n), kind="a") for n in range(6))),))
    later = Match(alias="b", kind="b", where=(same("x", "c", "x"),))
    refused("does not stand earlier", joins=(join(loss, later),))
    wide = Match(alias="a", kind="a", where=tuple(above(f"f{n}", 0.0) for n in range(61)))
    refused("asks too much of kind a|ask too much of kind a", joins=(join(wide),))


def test_the_largest_rule_is_emitted_and_one_edge_more_is_refused() -> None:
    def emitted(*parts: Or | And | Compare) -> None:
        shards = emit(Program(rules=(ThresholdRule(name="R", kind="x", require=And(parts=parts)),))).shards
        for shard in shards:
            check_ruleset(shard.text)

    two = tuple(Or(parts=(above(f"f{n}", 0.0), above(f"g{n}", 0.0))) for n in range(6))
    emitted(*two)  # two to the sixth, 64, branches
    with pytest.raises(EmissionFault, match="128 branches"):
        emitted(*two, Or(parts=(above("h", 0.0), above("i", 0.0))))
    all_of = tuple(above(f"f{n}", 0.0) for n in range(20))  # 20 edges, and 40 of the opposite
    emitted(*all_of)
    with pytest.raises(EmissionFault, match="rule R is too large: 63 condition edges"):
        emitted(*all_of, above("last", 0.0))


def test_a_kind_with_more_fields_than_the_engine_holds_is_refused() -> None:
    """The size of a purchase, and two comparisons with the loss in each of 100 joins: 201 fields."""
    rules = json.loads(J)
    join = json.dumps(rules.pop("j0"))
    for n in range(100):
        own = join.replace('"sec": {"a0"', f'"sec{n}": {{"a0"').replace('"day": {"a0"', f'"day{n}": {{"a0"')
        rules[f"j{n}"] = json.loads(own)
    text = json.dumps(rules)
    check_ruleset(text.replace('"day99"', '"day98"'))
    with pytest.raises(EmissionFault, match="kind k0 has 201 fields"):
        check_ruleset(text)


def test_names_that_the_engine_would_take_for_one_another_are_refused() -> None:
    one, other = "costarring", "liquid"
    assert name_hash(one) == name_hash(other)
    with pytest.raises(EmissionFault, match="one name to the engine"):
        emit(Program(rules=(ThresholdRule(name="R", kind="x", require=above(one, Field(name=other))),)))


def test_numbers_are_written_as_the_engine_reads_them() -> None:
    texts = [number_text(value) for value in (0, -4000, 1e-05, 1e16, 5e-324, -0.0, 0.1 + 0.2, 2**53)]
    assert texts == [
        "0.0",
        "-4000.0",
        "1.0e-05",
        "1.0e+16",
        "5.0e-324",
        "-0.0",
        "0.30000000000000004",
        "9007199254740992.0",
    ]


def test_ids_of_facts_never_collide() -> None:
    hashes = {name_hash(f"t{number}") for number in range(MAX_FACTS)}
    assert len(hashes | {name_hash("_c"), name_hash("sid-0"), name_hash("0")}) == MAX_FACTS + 3
