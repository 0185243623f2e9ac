"""Random small programs and facts, from a seed."""

import random

from engine.gate.engine.program import (
    And,
    Compare,
    Derive,
    Differs,
    Equals,
    Fact,
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

NUMBERS = tuple(f"n{i}" for i in range(8))
TEXTS = ("s0", "s1", "b0")
AMOUNTS = (0.0, -0.0, 1e-5, -1e-5, 1e16, 0.05, -3.0, 2.5, 1e22, 123456.789, 5e-324, 0.1 + 0.2, 0.3, 7, 2**53)
WORDS = ("EQ", "FI", 'ß"\\', "", "true", True, False)
KINDS = ("headroom", "waiver")


def leaf(chance: random.Random):
    kind = chance.random()
    if kind < 0.25:
        form = Equals if chance.random() < 0.5 else Differs
        return form(field=chance.choice(TEXTS), value=chance.choice(WORDS))
    field = chance.choice(NUMBERS)
    if kind < 0.45:
        right = Field(name=chance.choice([name for name in NUMBERS if name != field]))
        return Compare(op=chance.choice(list(Op)), field=field, right=right)
    return Compare(op=chance.choice(list(Op)), field=field, right=float(chance.choice(AMOUNTS)))


def condition(chance: random.Random, depth: int = 2):
    if depth == 0 or chance.random() < 0.4:
        return leaf(chance)
    parts = tuple(condition(chance, depth - 1) for _ in range(chance.randint(2, 3)))
    return chance.choice((And, Or))(parts=parts)


def threshold_program(chance: random.Random) -> Program:
    return Program(
        rules=tuple(
            ThresholdRule(name=f"R{n}", kind=chance.choice(KINDS), require=condition(chance))
            for n in range(chance.randint(1, 8))
        )
    )


def threshold_facts(chance: random.Random, program: Program) -> tuple[Fact, ...]:
    kinds = sorted({rule.kind for rule in program.rules})
    missing = chance.choice((0.0, 0.1, 0.4))
    facts = []
    for number in range(chance.randint(1, 12)):
        fields = [(name, amount(chance)) for name in NUMBERS if chance.random() >= missing]
        fields += [(name, chance.choice(WORDS)) for name in TEXTS if chance.random() >= missing]
        facts.append(Fact(id=f"fact {number}", kind=chance.choice(kinds), fields=tuple(fields)))
    return tuple(facts)


def amount(chance: random.Random) -> float | int:
    return chance.choice((chance.choice(AMOUNTS), chance.gauss(0, 1), chance.randint(-3, 3)))


def join_program(chance: random.Random) -> Program:
    """Joins of two or three facts over kinds a, b, c; some derive a fact of kind d, which others use."""
    joins = []
    for number in range(chance.randint(1, 4)):
        matches = tuple(join_match(chance, place) for place in range(chance.randint(1, 3)))
        last = f"x{len(matches) - 1}"
        derive = Derive(
            kind="d",
            fields=(
                ("key", Of(alias="x0", field="key")),
                ("tag", Of(alias=last, field="tag")),
                ("low", 1.0),
                ("high", Of(alias=last, field="high")),
                ("of", f"join {number}"),
            ),
        )
        then = derive if chance.random() < 0.5 else Report()
        joins.append(JoinRule(name=f"J{number}", matches=matches, then=then, priority=chance.randint(0, 3)))
    return Program(joins=tuple(joins))


def join_match(chance: random.Random, place: int) -> Match:
    where = []
    if chance.random() < 0.4:
        where.append(Equals(field="tag", value=chance.choice("tu")))
    if chance.random() < 0.2:
        where.append(Compare(op=chance.choice(list(Op)), field="low", right=float(chance.randint(0, 3))))
    if place:
        earlier = Of(alias=f"x{chance.randrange(place)}", field=chance.choice(("key", "tag")))
        where.append(Compare(op=Op.EQ, field=chance.choice(("key", "tag")), right=earlier))
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            where.append(tie(chance, place))
    return Match(alias=f"x{place}", kind=chance.choice("abd" if place else "ab"), where=tuple(where))


def tie(chance: random.Random, place: int) -> Compare:
    alias = f"x{chance.randrange(place)}"
    if chance.random() < 0.4:
        return Compare(
            op=chance.choice((Op.EQ, Op.NEQ)),
            field=chance.choice(("key", "tag")),
            right=Of(alias=alias, field=chance.choice(("key", "tag"))),
        )
    return Compare(
        op=chance.choice((Op.LT, Op.LTE, Op.GT, Op.GTE)),
        field=chance.choice(("low", "high")),
        right=Of(alias=alias, field=chance.choice(("low", "high"))),
    )


def join_facts(chance: random.Random) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            id=f"f{number}",
            kind=chance.choice("abd"),
            fields=(
                ("key", chance.choice(("A", "B", "a b", "ß"))),
                ("tag", chance.choice("tu")),
                ("low", chance.randint(0, 3)),
                ("high", chance.choice((0.5, 1.0, 2.0, 3.5))),
                ("of", f"fact {number}"),
            ),
        )
        for number in range(chance.randint(3, 12))
    )
