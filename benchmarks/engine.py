"""How long the rules engine takes, in its child process and in this one.

    python benchmarks/engine.py            every measurement, a few seconds
    python benchmarks/engine.py --soak     24,000 checks in a row, with the memory of the child

Times are medians and 95th percentiles of repeated calls, round trip included. Seed 3.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.gate.engine.contained import Contained
from engine.gate.engine.faults import EngineFault
from engine.gate.engine.gatebase import judge
from engine.gate.engine.gatefacts import (
    GateCase,
    Headroom,
    Response,
    Tie,
    Touch,
    WindowAct,
    WindowEvent,
)
from engine.gate.engine.inline import Inline
from engine.gate.engine.port import InferenceEngine
from engine.gate.engine.program import Compare, Fact, Field, Op, Or, Program, ThresholdRule

SEED = 3
FIELDS = tuple(f"p{n}" for n in range(20))


def limits(count: int) -> Program:
    """Rules of one or two comparisons over 20 fields; about 3 in 100 facts fail each."""
    chance = random.Random(SEED)
    rules = []
    for number in range(count):
        fields = chance.sample(FIELDS, chance.choice((1, 1, 2)))
        bound = 1 - 0.03 ** (1 / len(fields))
        parts = tuple(Compare(op=Op.LTE, field=field, right=round(bound, 6)) for field in fields)
        require = parts[0] if len(parts) == 1 else Or(parts=parts)
        rules.append(ThresholdRule(name=f"R{number}", kind="trade", require=require))
    return Program(rules=tuple(rules))


def trades(count: int) -> tuple[Fact, ...]:
    chance = random.Random(SEED)
    return tuple(
        Fact(id=f"T{n}", kind="trade", fields=tuple((field, chance.random()) for field in FIELDS))
        for n in range(count)
    )


def case(trade_count: int, rule_count: int, *, breaches: int = 1) -> GateCase:
    """A trade list against rules, a fifth of them with a group for each trade's issuer.

    Every trade lowers every headroom that it is in; `breaches` groups in every hundred fail.
    """
    chance = random.Random(SEED)
    names = tuple(f"t{n}" for n in range(trade_count))
    headrooms, touches = [], []
    for rule in range(rule_count):
        groups = names if rule % 5 == 0 else ("",)
        for group in groups:
            over = chance.random() * 100 < breaches
            after = Decimal(chance.randint(1, 10**7)).scaleb(-2) * (-1 if over else 1)
            before = after + Decimal(chance.randint(1, 10**6)).scaleb(-2)
            headrooms.append(Headroom(rule=f"R{rule}", group=group, before=before, after=after))
            concerned = (group,) if group else names
            touches += [Touch(rule=f"R{rule}", group=group, trade=name) for name in concerned]
    responses = tuple(
        Response(rule=f"R{rule}", on=on, does=does)
        for rule in range(rule_count)
        for on, does in (("active", "block"), ("passive", "report"), ("passive", "do_not_worsen"))
    )
    return GateCase(trades=names, headrooms=tuple(headrooms), touches=tuple(touches), responses=responses)


def wash(losses: int, buys: int, symbols: int, households: int) -> GateCase:
    chance = random.Random(SEED)
    names = [f"S{n}" for n in range(symbols)]

    def household() -> str:
        return f"H{chance.randrange(households)}"

    days = [chance.randint(0, 120) for _ in range(losses)]
    return GateCase(
        trades=tuple(f"t{n}" for n in range(buys)),
        responses=(Response(rule="WASH", on="active", does="block"),),
        events=tuple(
            WindowEvent(
                name=f"sale {n}",
                rule="WASH",
                scope=household(),
                symbol=chance.choice(names),
                relation="identical",
                first=day - 30,
                last=day + 30,
            )
            for n, day in enumerate(days)
        ),
        acts=tuple(
            WindowAct(
                name=f"buy {n}",
                rule="WASH",
                scope=household(),
                symbol=chance.choice(names),
                day=chance.randint(0, 150),
                trade=f"t{n}",
            )
            for n in range(buys)
        ),
        ties=tuple(
            Tie(relation="identical", one=chance.choice(names), other=chance.choice(names))
            for _ in range(symbols // 3)
        ),
    )


def timed(label: str, call: Callable[[], object], repeats: int) -> None:
    call()
    seconds = []
    for _ in range(repeats):
        begun = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - begun)
        assert not isinstance(answer, EngineFault), answer.reason
    seconds.sort()
    median, high = seconds[len(seconds) // 2] * 1e3, seconds[int(len(seconds) * 0.95)] * 1e3
    print(f"{label:52s} median {median:8.2f} ms   p95 {high:8.2f} ms   best {seconds[0] * 1e3:8.2f} ms")


def measure(label: str, engine: InferenceEngine) -> None:
    fifty, one, many = limits(50), trades(1), trades(500)
    timed(f"{label}: 1 fact x 50 rules, both polarities", lambda: engine.infer(fifty, one), 300)
    timed(f"{label}: 500 facts x 50 rules, both polarities", lambda: engine.infer(fifty, many), 10)
    timed(f"{label}: 1 fact x 1 rule", lambda: engine.infer(PLAIN, PLAIN_FACT), 300)
    for trade_count, rules, breaches, repeats in ((1, 50, 0, 300), (1, 50, 4, 300), (500, 50, 1, 10)):
        measured = case(trade_count, rules, breaches=breaches)
        name = f"gate, {trade_count} trades x {rules} rules, {breaches}% breached"
        timed(f"{label}: {name}", lambda c=measured: judge(engine, c), repeats)
    for losses, buys, symbols, households in ((20, 20, 10, 1), (200, 500, 200, 50)):
        measured = wash(losses, buys, symbols, households)
        timed(f"{label}: windows, {losses} sales x {buys} buys", lambda c=measured: judge(engine, c), 5)


PLAIN = Program(
    rules=(ThresholdRule(name="R", kind="x", require=Compare(op=Op.GTE, field="a", right=Field(name="b"))),)
)
PLAIN_FACT = (Fact(id="f", kind="x", fields=(("a", 2), ("b", 1))),)


def soak(checks: int) -> None:
    """Many checks in a row; memory of the child at each sixth of the way."""
    measured = case(1, 50, breaches=4)
    with Contained() as engine:
        begun = time.perf_counter()
        for number in range(1, checks + 1):
            assert not isinstance(judge(engine, measured), EngineFault)
            if number % (checks // 6) == 0:
                pages = int(Path(f"/proc/{engine.process_id}/statm").read_text().split()[1])
                seconds, held = time.perf_counter() - begun, pages * 4096 / 2**20
                print(f"{number:7d} checks  {seconds:7.1f} s  {held:6.1f} MiB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--soak", action="store_true")
    if parser.parse_args().soak:
        soak(24_000)
        return
    begun = time.perf_counter()
    with Contained() as contained:
        contained.infer(PLAIN, PLAIN_FACT)
        print(f"start of the child to its first answer: {(time.perf_counter() - begun) * 1e3:.0f} ms")
        measure("child", contained)
    inline = Inline()
    measure("here", inline)
    inline.close()


if __name__ == "__main__":
    main()
