"""`guardband doctor`: what of this installation works, one check after the other, each with its cure.

    python            ok       3.11.2
    rules engine      ok       loaded; canary answered in 0.2 s
    orders by FIX     absent   quickfix: pip install "guardband[fix]"

A check never raises: whatever it meets is what it tells.
"""

from engine.shell.doctor.checks import Check, State, checks

__all__ = ["Check", "State", "checks"]
