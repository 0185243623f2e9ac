"""Build hooks: one says what is missing before a compiler error would, one compiles the ledger's rationals.

The rules engine (durable-rules) is published as C source only, so Python 3.11 and 3.12 need a C
compiler once, when it is installed. The ledger's rationals are compiled where there is one; without it
those of the standard library serve.
"""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext

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


class RationalsHook(BuildHookInterface[Any]):
    """Compiles `engine/ledger/_exact.c` beside its source, and puts it into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; where that fails the build goes on without, and says so."""
        source = "engine/ledger/_exact.c"
        extension = Extension("engine.ledger._exact", [source], depends=[source], optional=True)
        command = build_ext(Distribution({"ext_modules": [extension]}))
        with TemporaryDirectory() as scratch:
            command.build_temp = scratch
            command.inplace = True
            command.ensure_finalized()
            command.run()
        made = command.get_ext_fullpath("engine.ledger._exact")
        if Path(made).exists():
            build_data["force_include"][made] = str(Path(source).with_name(Path(made).name))
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
