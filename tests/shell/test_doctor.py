"""`guardband doctor` finds what is missing, clashing or old, and says the cure."""

from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import pytest

from engine.shell.doctor import State, checks
from engine.shell.doctor.checks import Check
from tests.shell.cli import run

doctor: Any = import_module("engine.shell.doctor.checks")


def found(name: str, book: str | None = None) -> Check:
    """The check of a name, without the trial proposal."""
    return next(check for check in checks(book) if check.name == name)


@pytest.fixture
def _untried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_trial", lambda: Check(name="a proposal", state=State.OK, found="left out"))


def test_an_installation_in_order_leaves_with_0(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run(capsys, monkeypatch, "doctor", "--format", "json")
    states = {row["name"]: row["state"] for row in told.answer["checks"]}
    assert told.status == 0
    assert states["a proposal"] == "ok"
    assert states["rules engine"] == "ok"


@pytest.mark.usefixtures("_untried")
class TestWhatIsWrong:
    def test_a_missing_compiler_is_no_fault_of_what_is_installed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(doctor.shutil, "which", lambda _: None)
        check = found("C compiler")
        assert (check.state, check.found) == (State.ABSENT, "none")
        assert "gcc" in (check.cure or "")

    def test_rationals_that_are_not_compiled_only_take_longer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doctor.exact, "IS_COMPILED", False)
        check = found("rationals")
        assert (check.state, check.found.split(":")[0]) == (State.ABSENT, "those of the standard library")
        assert "--no-deps" in (check.cure or "")

    def test_a_package_of_another_version_is_told_with_the_one_that_is_needed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version = metadata.version
        monkeypatch.setattr(
            doctor.metadata, "version", lambda name: "0.1" if name == "numpy" else version(name)
        )
        check = found("numpy")
        assert check.state is State.WRONG
        assert check.found.startswith("0.1 is installed, >=")
        assert (check.cure or "").startswith("pip install 'numpy>=")

    def test_a_package_that_is_not_there_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def version(name: str) -> str:
            if name == "highspy":
                raise metadata.PackageNotFoundError(name)
            return real(name)

        real = metadata.version
        monkeypatch.setattr(doctor.metadata, "version", version)
        assert found("highspy").found == "not installed"

    def test_an_extra_that_is_not_installed_is_a_choice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(doctor.EXTRAS, "lsp", ("help in an editor", ("no_such_package",)))
        check = found("help in an editor")
        assert check.state is State.ABSENT
        assert check.cure == 'pip install "guardband[lsp]"'

    def test_a_database_of_yesterday_says_how_it_is_upgraded(self, tmp_path: Path) -> None:
        import sqlite3

        database = tmp_path / "old.db"
        with sqlite3.connect(database) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
            connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        connection.close()
        check = found("book", f"sqlite:///{database}")
        assert check.state is State.WRONG
        assert "its schema is version 0001" in check.found
        assert "guardband db upgrade" in check.found

    def test_what_is_wrong_leaves_with_1(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        told = run(capsys, monkeypatch, "doctor", "--book", tmp_path / "nowhere")
        assert told.status == 1
        assert "wrong   book" in told.out
        assert "cure: " in told.out
