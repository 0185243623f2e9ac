"""Runs the command line in this process, as a person or a program would see it."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from engine.shell import main as shell


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        answer = json.loads(self.out)
        assert isinstance(answer, dict)
        return answer


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: object) -> Ran:
    """Run `guardband WORDS` and return what came out."""
    monkeypatch.setattr("sys.argv", ["guardband", *(str(word) for word in words)])
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        shell.main()
    told = capsys.readouterr()
    return Ran(status=int(stopped.value.code or 0), out=told.out, err=told.err)
