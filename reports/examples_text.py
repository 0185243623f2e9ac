"""The results of a mandate's examples in print: text for people, JUnit for build servers."""

from xml.etree import ElementTree

from dsl.policy import CheckedPolicy
from engine.gate.examples import ExampleResult, coverage
from reports import words


def examples_text(
    policies: tuple[CheckedPolicy, ...], results: tuple[ExampleResult, ...], *, with_coverage: bool
) -> str:
    """Return one line an example, the failing ones with what was expected and got; then the count."""
    lines = []
    for result in results:
        lines.append(f"{'pass' if result.passed else 'FAIL'}  {result.title}  ({result.policy})")
        if not result.passed:
            lines.append(f"      expected  {'; '.join(result.expected)}")
            lines.append(f"      got       {'; '.join(result.got)}")
            lines.append(f"      in        {result.span.file}:{result.span.line}")
    failed = sum(1 for result in results if not result.passed)
    lines += ["", f"{words.plural(len(results), 'example')}, {failed} failed"]
    told = coverage(policies, results)
    lines.append(f"{told['exercised']} of {words.plural(told['rules'], 'rule')} seen at work by an example")
    if with_coverage:
        lines += [f"  no example sees {rule}" for rule in told["not_exercised"]]
    return "\n".join(lines)


def examples_junit(results: tuple[ExampleResult, ...]) -> str:
    """Return the results as JUnit XML."""
    failed = sum(1 for result in results if not result.passed)
    suite = ElementTree.Element(
        "testsuite", name="guardband test", tests=str(len(results)), failures=str(failed)
    )
    for result in results:
        case = ElementTree.SubElement(suite, "testcase", classname=result.policy, name=result.title)
        if not result.passed:
            told = f"expected {'; '.join(result.expected)}; got {'; '.join(result.got)}"
            ElementTree.SubElement(
                case, "failure", message=told
            ).text = f"{result.span.file}:{result.span.line}"
    return ElementTree.tostring(suite, encoding="unicode")
