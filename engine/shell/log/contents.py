"""Contents by their digest: facts, mandates and answers lie in the database once, compressed.

address = put(session, data)      SHA-256 of the bytes as they lie there
data = get(session, address)      the same bytes, or an error that names the address
"""

import hashlib
import zlib

from sqlalchemy import insert, select
from sqlmodel import Session

from engine.facts.failure import InputError
from engine.shell.store.recording import table_of
from engine.shell.store.schema.log import ContentRow

LEVEL = 6
"""How hard contents are compressed."""


def packed(data: bytes) -> tuple[str, bytes]:
    """Return the address of some bytes, and how they are kept."""
    kept = zlib.compress(data, LEVEL)
    return hashlib.sha256(kept).hexdigest(), kept


def put(session: Session, data: bytes) -> str:
    """Keep bytes where they are not kept already; return their address."""
    return put_packed(session, *packed(data))


def put_packed(session: Session, address: str, kept: bytes) -> str:
    """Keep bytes that are packed already; return their address."""
    table = table_of(ContentRow)
    known = session.execute(select(table.c.sha256).where(table.c.sha256 == address)).first()
    if known is None:
        session.connection().execute(insert(table), [{"sha256": address, "content": kept}])
    return address


def get(session: Session, address: str) -> bytes:
    """Return the bytes at an address. Raises InputError where they are missing or altered."""
    table = table_of(ContentRow)
    kept = session.execute(select(table.c.content).where(table.c.sha256 == address)).scalar_one_or_none()
    cure = "guardband audit verify tells which record they belong to"
    if kept is None:
        raise InputError(f"the contents {address[:12]} are missing", place="decision log", cure=cure)
    if hashlib.sha256(kept).hexdigest() != address:
        raise InputError(f"the contents {address[:12]} were altered", place="decision log", cure=cure)
    return zlib.decompress(kept)
