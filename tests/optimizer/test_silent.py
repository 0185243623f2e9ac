"""What solvers print stands beside no answer: programs read our standard output as JSON."""

import subprocess
import sys

SMALL = """
from optimizer.portfolios.program import Program
from optimizer.solvers import mixed
import highspy
mixed._solver(highspy, {})
Program()
"""


def test_a_solver_prints_nothing_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", SMALL], capture_output=True, text=True, check=True)
    assert done.stdout == ""
