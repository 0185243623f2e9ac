"""Files made to hurt: refused with a reason, in time that grows with their size alone."""

import time

import pytest

from dsl.format import formatted
from dsl.parse import parse
from dsl.render import all_text
from tests.dsl.helpers import HEADER, checked, codes

PLENTY = 20.0  # seconds of processor time: a guard against quadratic work, not a measurement
MANY = 500


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("define x as holdings where " + "(" * 5000 + "a is b" + ")" * 5000, "E0108"),
        ("define x as holdings where " + "not (" * 5000 + "a is b" + ")" * 5000, "E0108"),
        (
            'rule A-1 "t" limit weight to at most ' + "the smaller of " * 5000 + "5%" + " and 5%" * 5000,
            "E0108",
        ),
        (
            'rule A-1 "t" limit weight to at most ' + "the greater of 5% and " * 5000 + "5% because ips",
            "E0108",
        ),
        ("parameter x = " + "9" * 100_000, "E0110"),
        ('rule A-1 "t" limit count to at most ' + "1" * 5000 + ' because ips "1"', "E0110"),
        ("define x as the " + "9" * 40 + " largest issuers", "E0110"),
        ('rule A-1 "t" limit turnover over the last 99999999999 days to at most 5% because ips "1"', "E0303"),
    ],
    ids=["brackets", "nots", "smaller", "greater", "number", "count", "largest", "duration"],
)
def test_depth_and_size_are_bounded(body: str, code: str) -> None:
    assert set(codes(HEADER + body)) == {code}


def test_definitions_that_rest_on_each_other_for_ever() -> None:
    chain = "".join(f"define n{i} as n{i + 1}\n" for i in range(2000))
    assert "E0108" in codes(HEADER + chain + "define n2000 as holdings\n")


def test_long_texts_and_names_are_only_shown_in_part() -> None:
    (found,) = parse(HEADER + "x" * 200_000, file="x").diagnostics
    assert len(found.message) < 200
    assert len(checked(HEADER + f'define a as holdings where sector is "{"x" * 200_000}"').diagnostics) == 0


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"ruel A-{i}" for i in range(20 * MANY)),
        "\n".join(f"define d{i} as unknwn{i}" for i in range(MANY)),
        "\n".join(f'rule A-{i} "t" limit wieght to at most 5 because isp "1"' for i in range(MANY)),
        "\n".join(f"define d{i} as holdings # comment {i}" for i in range(MANY)),
        "\n".join("#" * 50 for _ in range(20 * MANY)),
        "define x as holdings where " + " and ".join(f"a{i} is b" for i in range(MANY)),
        "list x are " + ", ".join(f'"{i}"' for i in range(10 * MANY)),
        "x " * (50 * MANY),
    ],
    ids=[
        "slips",
        "unknown",
        "three each",
        "comments",
        "only comments",
        "long condition",
        "long list",
        "words",
    ],
)
def test_much_of_anything_takes_no_more_than_its_share(text: str) -> None:
    start = time.process_time()
    parsed = parse(HEADER + text, file="x")
    if parsed.ok:
        formatted(parsed)
    result = checked(HEADER + text)
    all_text(result.diagnostics, {"test.mandate": HEADER + text})
    assert time.process_time() - start < PLENTY


def test_a_file_that_is_all_slips_is_not_read_to_its_end() -> None:
    found = parse(HEADER + "\n".join(f"ruel A-{i}" for i in range(600)), file="x").diagnostics
    assert len(found) == 501
    assert "reading stops here" in found[-1].message
