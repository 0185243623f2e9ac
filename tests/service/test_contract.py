"""The service keeps what its OpenAPI description promises: Schemathesis asks what nobody thought of.

Every day a few requests of each route and a few walks through requests that follow from each other. The
long run goes through every phase of Schemathesis: GUARDBAND_CONTRACT_EXAMPLES (100) for each route,
`pytest tests/service/test_contract.py --long`.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import given as drawn
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from engine.shell.service.roles import TABLE
from tests.service.served import KEYS, Served, served

SEED = 20260310
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.use_after_free,
]
"""A request of the right form may still mean nothing (422), so that is no breach."""

FEW = settings(
    max_examples=3,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    stateful_step_count=4,
)


@pytest.fixture(scope="module")
def asked(copies: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that anything may be asked of."""
    with served(copies(tmp_path_factory.mktemp("asked"))) as service:
        yield service


def key_for(method: str, path: str) -> str:
    """Return a key whose role may use a route."""
    (entry,) = [entry for entry in TABLE if (entry.method, entry.path) == (method, path)]
    for role in ("manager", "officer", "administrator"):
        if entry.roles is None or role in entry.roles:
            return KEYS[role]
    raise AssertionError(f"nobody may {method} {path}")


def asking(headers: dict[str, str], statuses: set[int]) -> Callable[[schemathesis.Case[Any]], None]:
    """Return a test of one case, which notes what was answered."""

    def ask(case: schemathesis.Case[Any]) -> None:
        statuses.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

    return ask


def described(service: Served) -> schemathesis.BaseSchema:
    told = service.app.openapi()
    schema = schemathesis.openapi.from_dict(told)
    schema.config.update(base_url=service.url)
    return schema


def test_no_route_answers_what_it_does_not_describe(asked: Served) -> None:
    failed = []
    for result in described(asked).get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]  # a broken description fails here
        headers = {"Authorization": f"Bearer {key_for(operation.method.upper(), operation.path)}"}
        statuses: set[int] = set()
        ask = asking(headers, statuses)
        try:
            run: Any = seed(SEED)(FEW(drawn(operation.as_strategy())(ask)))  # type: ignore[no-untyped-call]  # hypothesis
            run()
        except Exception as problem:
            parts = getattr(problem, "exceptions", (problem,))
            failed += [f"{operation.label}: {part!r} {part}" for part in parts]
        if not statuses - {401, 403, 429} and operation.label != "POST /v1/session":  # no key is right
            failed.append(f"{operation.label} was never reached")
    assert failed == []
    assert [line for line in asked.log if line["event"] == "failure"] == []


def test_requests_that_follow_from_each_other_keep_the_contract(asked: Served) -> None:
    schema = described(asked)

    class Walk(schema.as_state_machine()):  # type: ignore[misc]  # a class made from the description
        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, object]:
            key = key_for(case.operation.method.upper(), case.operation.path)
            return {"headers": {"Authorization": f"Bearer {key}"}}

        def validate_response(self, response: object, case: schemathesis.Case[Any], **how: object) -> None:
            case.validate_response(response, checks=CHECKS)

    Walk.run(settings=FEW)
    assert [line for line in asked.log if line["event"] == "failure"] == []


@pytest.mark.long
def test_every_phase_of_schemathesis_finds_nothing(asked: Served, tmp_path: Path) -> None:
    examples = os.environ.get("GUARDBAND_CONTRACT_EXAMPLES", "100")
    lines = [
        f"seed = {SEED}",
        f'headers = {{ Authorization = "Bearer {KEYS["manager"]}" }}',
        "[checks.positive_data_acceptance]",
        'expected-statuses = ["2xx", "401", "403", "404", "409", "422"]',
        "[checks.negative_data_rejection]",
        'expected-statuses = ["4xx", "503"]',  # what is wrong may be too large as well
    ]
    for entry in TABLE:
        if entry.roles is not None and "manager" not in entry.roles:
            key = key_for(entry.method, entry.path)
            lines += ["[[operations]]", f'include-name = "{entry.method} {entry.path}"']
            lines += [f'headers = {{ Authorization = "Bearer {key}" }}']
    (tmp_path / "contract.toml").write_text("\n".join(lines), encoding="utf-8")
    program = Path(sys.executable).with_name("schemathesis")
    words = ["--config-file", str(tmp_path / "contract.toml"), "run", f"{asked.url}/v1/openapi.json"]
    words += ["--request-timeout", "300"]  # a busy machine is no breach of the contract
    asked.app.openapi()  # worded once, before anybody waits for it
    words += ["--max-examples", examples, "--no-color", "--generation-database", "none"]
    done = subprocess.run(
        [program, *words], capture_output=True, text=True, cwd=tmp_path, check=False, timeout=7200
    )
    assert done.returncode == 0, done.stdout
    assert [line for line in asked.log if line["event"] == "failure"] == []
