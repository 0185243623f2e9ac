"""Where tests find the shared samples and data that are not part of the project."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared(relative: str) -> Path:
    """Return a path below the shared folder, or skip the test where the folder is absent."""
    base = Path(os.environ.get("GUARDBAND_SHARED", ROOT.parent / "shared"))
    path = base / relative
    if not path.exists():
        pytest.skip(f"shared file {relative} is absent: set GUARDBAND_SHARED to the shared folder")
    return path
