"""The checker: from the syntax tree to a policy in which every name is resolved and every gap filled.

`check(parse(text, file=…), catalogue=…, library=…, files=…, schema=…, today=…)` gives the policy and
everything that is to be said about the text. All findings come out together; a policy comes out only
when none of them is an error.
"""

from dsl.check.header import clauses_of
from dsl.check.policy import Checked, check
from dsl.check.statements import SWITCHES

__all__ = ["SWITCHES", "Checked", "check", "clauses_of"]
