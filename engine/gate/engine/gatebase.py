"""From measured facts to the decision on every trade: the inference that each gate run makes.

The gate measures; this module knows no book, policy or measure. `judge` takes a `GateCase` of plain
values (`gatefacts`) and returns `Findings`, or an `EngineFault`, which blocks. Nothing in between: every
step below is either proven in both polarities or counted, and an answer that is short is a fault.

    Headroom(rule="IPS-4.1", group="Acme", before=100000, after=-400000)
    Touch(rule="IPS-4.1", group="Acme", trade="t1")
    Response(rule="IPS-4.1", on="active", does="block")
      -> standing NEW, effect BLOCK, stop of t1, decision of t1 and of the list BLOCK

What the gate sends:

* `trades`: every trade of the list, also those that nothing speaks to (they pass).
* `Headroom`: each (rule, group) that is judged, before and after the list, exact, negative beyond the
  limit, each side by its own limit; both None where data are missing. `early`: headroom after to the level
  from which the rule warns.
* `Touch`: each trade that lowers the headroom of a (rule, group). For missing data: each trade in the
  securities concerned. For an early warning: each that raised the measure. All may be sent; those of
  groups that hold are not looked at.
* `Response`: each of a rule's responses, by what it answers: an active breach, a passive one, missing
  data, an early level. Without one nothing is stopped: defaults are the gate's to fill in.
* `Waiver`: each waiver in force whose scope covers the (rule, group), with the headroom after to the
  waived bound; None waives any size.
* `Exemption`: each exception that leaves nothing of the (rule, group); a headroom need not be sent.
* `WindowEvent`, `WindowAct`, `Tie`: for window rules, what opens a window, what must not fall into it, and
  which symbols count as one. Purchases within 30 days before or after a loss sale: each loss sale is an
  event with first = its day - 30 and last = its day + 30, each purchase an act. Either may lie in the
  past; a pair stops those sides that are in the list, and is told if one is. A sale from several lots is
  one event a lot, `apart` being the order that bought the lot.

What follows:

1. Holds: after >= 0. Past the warning level EARLY, data missing MISSING, nothing left EXCEPTED, whatever
   else is said.
2. Fails, and some waiver is kept to: WAIVED, by those waivers. Beyond all of them the rule stands as it is.
3. Else active where after < before: NEW where it held before, WORSENED where not. Otherwise PASSIVE.
4. NEW is stopped by the active `block`, `approval` and `warn`; WORSENED by the same, and by a
   `do_not_worsen` of either list, which blocks; PASSIVE by `warn` alone; MISSING by its own three; EARLY by
   `warn`. Every other response decides nothing and is told as an effect that passes.
5. An act meets an event: same rule and scope, tied symbols (the same; identical, closed transitively; or
   substitutes), the day within the window, not of the order set apart. The sides that are in the list are
   stopped by the rule's active responses; a pair whose act has a waiver is only told.
6. A trade's decision is the worst of its stops. The list's is the worst of its trades, of warnings on
   breaches (also passive ones), and of active breaches that no trade was said to have caused; missing data
   and early levels count by their trades alone.

Numbers reach the engine as whole numbers below 2^53 (numerators over their own denominators: only signs
are compared), or as -1, 0, 1 where they are larger.
"""

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from engine.gate.engine.bundle import bundle_text
from engine.gate.engine.faults import EngineFault, EngineTrouble, FaultKind
from engine.gate.engine.gatefacts import Findings, GateCase
from engine.gate.engine.gatefollow import following
from engine.gate.engine.gatefound import found
from engine.gate.engine.gatemeasure import Key, is_as_supposed, measured_facts, placed, proven, supposed
from engine.gate.engine.gaterules import FOLLOWS, MEASURED
from engine.gate.engine.port import InferenceEngine, begun
from engine.gate.engine.program import Conclusions

NOTHING = Conclusions(rows={}, columns={}, joined=(), derived=())
"""What follows from no facts."""


def judge(engine: InferenceEngine, case: GateCase) -> Findings | EngineFault:
    """Return what follows for one list, or the fault that kept the answer from coming."""
    with Inference(engine, case) as inference:
        return inference.findings()


class Inference:
    """One list on its way through both stages: while the engine works, the caller may do something else.

    Both stages are asked at once, the second on what the first will say, if the engine can tell signs.
    Where it says otherwise, its word counts, and the second stage is asked again.
    """

    def __init__(self, engine: InferenceEngine, case: GateCase) -> None:
        """Ask both stages."""
        self._engine, self._case = engine, case
        self._facts = measured_facts(case)
        self._places = placed(case, supposed(case))
        self._question = following(case, self._places)
        asked = ((MEASURED, self._facts), (FOLLOWS, self._question.facts))
        questions = tuple((program, facts) for program, facts in asked if facts)
        self._asked = begun(engine, questions) if questions else None

    @property
    def keys(self) -> Iterator[Key]:
        """Rule and group of each headroom, in the order of the case."""
        return ((told.rule, told.group) for told in self._case.headrooms)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give up what has been asked and not answered."""
        if self._asked is not None:
            self._asked.drop()

    def findings(self) -> Findings | EngineFault:
        """Return what follows for the list, or the fault that kept the answer from coming."""
        asked, self._asked = self._asked, None
        answers = [] if asked is None else list(asked.answers())
        if answers and isinstance(answers[-1], EngineFault):
            return answers[-1]
        measured = answers.pop(0) if self._facts else NOTHING
        concluded = answers.pop(0) if self._question.facts else NOTHING
        assert isinstance(measured, Conclusions)
        program, facts = MEASURED, self._facts
        try:
            if not is_as_supposed(self._facts, measured):
                self._places = placed(self._case, proven(self._case, measured))
                self._question = following(self._case, self._places)
                concluded = self._engine.infer(FOLLOWS, self._question.facts)
            program, facts = FOLLOWS, self._question.facts
            if isinstance(concluded, EngineFault):
                return concluded
            return found(self._case, self._places, self._question, concluded)
        except EngineTrouble as trouble:
            bundle = bundle_text(program, facts)
            return EngineFault(kind=FaultKind.ENGINE, reason=str(trouble), bundle=bundle)
