"""What can go wrong with the world outside: files that are missing, rows that cannot be understood.

The author's mistakes in a mandate are `dsl` diagnostics, not exceptions; our own mistakes are assertions.
"""


class GuardbandError(Exception):
    """Root of the project's own exceptions; the shell turns each into a message and an exit status."""


class InputError(GuardbandError):
    """Input that cannot be read: where it stands, what is wrong, and the cure.

    place: file, row and column as far as known, for example `lots.csv row 7, column quantity`.
    """

    def __init__(self, reason: str, *, place: str = "", cure: str = "") -> None:
        self.reason = reason
        self.place = place
        self.cure = cure
        super().__init__(reason)

    def __str__(self) -> str:
        text = f"{self.place}: {self.reason}" if self.place else self.reason
        return f"{text}\n  cure: {self.cure}" if self.cure else text


class InputErrors(GuardbandError):
    """Every problem of one set of files at once, in file and row order."""

    def __init__(self, problems: tuple[InputError, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class NotModelled(InputError):
    """A situation that is refused by name rather than computed wrongly, such as a straddle."""
