"""Writes the next migration from what the tables say and the last migration does not.

    python -m tests.store.new_migration "What a user now sees"

Read what it wrote, name constraints where it did not, and run `ruff format` on it.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command

from engine.shell.store.connect import VERSIONS, connect, newest_version
from engine.shell.store.upgrade import config_of, upgrade_store


def main(words: str) -> None:
    number = f"{int(newest_version()) + 1:04d}" if any(VERSIONS.glob("[0-9]*.py")) else "0001"
    with tempfile.TemporaryDirectory() as folder:
        store = connect(f"sqlite:///{Path(folder) / 'now.db'}", create=True)
        if number != "0001":
            upgrade_store(store)
        with store.writing() as session:
            config = config_of(session.connection())
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            config.attributes["batch"] = number != "0001"
            command.revision(config, message=words, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    main(sys.argv[1])
