"""The examples of an open mandate, run from the editor.

Results are kept for the text they belong to: when the file changes they are no longer shown.
"""

from dataclasses import dataclass, replace

from dsl import syntax as s
from engine.gate.examples import ExampleResult, run_examples
from engine.shell import work
from engine.shell.lsp.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """A line above an example, or above the file: what it says, and the examples that it runs."""

    title: str
    node: s.Node
    examples: tuple[int, ...]


def lenses(reading: Reading, results: dict[int, ExampleResult]) -> tuple[Lens, ...]:
    """Return the lenses of a file; `results` are those at hand, by the example's place in the file."""
    nodes = [node for node in reading.parsed.tree.statements if isinstance(node, s.ExampleOf)]
    own = [
        Lens(title=_title(results.get(index)), node=node, examples=(index,))
        for index, node in enumerate(nodes)
    ]
    header = reading.parsed.tree.header
    if header is None or not nodes:
        return tuple(own)
    failed = sum(not result.passed for result in results.values())
    told = f": {failed} of {len(results)} fail" if failed else f": all {len(results)} pass"
    every = f"run {len(nodes)} examples" + (told if len(results) == len(nodes) else "")
    return (Lens(title=every, node=header, examples=tuple(range(len(nodes)))), *own)


def _title(result: ExampleResult | None) -> str:
    if result is None:
        return "run example"
    return "● pass" if result.passed else f"■ fails: got {'; '.join(result.got)}"


def run(reading: Reading, examples: tuple[int, ...]) -> dict[int, ExampleResult] | None:
    """Return the results of some examples, by place; None where the file has errors."""
    policy = reading.policy
    if policy is None:
        return None
    chosen = tuple(index for index in examples if 0 <= index < len(policy.examples))
    part = replace(policy, examples=tuple(policy.examples[index] for index in chosen))
    with work.engine() as inference:
        found = run_examples(part, engine=inference)
    return dict(zip(chosen, found, strict=True))


def told(results: dict[int, ExampleResult]) -> str:
    """Return the results in words: one sentence for one example, a count and the failures for several."""
    failed = [result for result in results.values() if not result.passed]
    if len(results) == 1:
        (result,) = results.values()
        if result.passed:
            return f"pass: {result.title}"
        return f"fails: {result.title}; expected {'; '.join(result.expected)}, got {'; '.join(result.got)}"
    if not failed:
        return f"all {len(results)} examples pass"
    return f"{len(failed)} of {len(results)} examples fail: {', '.join(result.title for result in failed)}"
