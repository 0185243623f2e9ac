"""Build hook: says in words what is missing before a compiler error would say it in code.

The rules engine (durable-rules) is published as C source only, so Python 3.11 and 3.12 need a C
compiler once, when it is installed.
"""

import shutil
import sys
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_MESSAGE = """

    Guardband's rules engine is compiled when it is installed, and no C compiler was found.
    Install one and run the same command again:

        Debian, Ubuntu   sudo apt-get install gcc python3-dev
        Fedora, RHEL     sudo dnf install gcc python3-devel
        macOS            xcode-select --install

    On Python 3.13 and newer no compiler is needed; the gate then says that it has one evaluator.
"""


class CompilerHook(MetadataHookInterface):
    """Refuses to go on where the rules engine cannot be compiled, with the cure."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Check for a compiler, then add the keywords (a field left to this hook so that it runs)."""
        if sys.version_info < (3, 13) and not any(shutil.which(name) for name in ("cc", "gcc", "clang")):
            raise SystemExit(_MESSAGE)
        metadata["keywords"] = ["compliance", "portfolio", "rebalancing", "tax-loss harvesting", "wash sale"]
