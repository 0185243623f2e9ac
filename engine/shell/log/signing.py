"""Signatures over links of the chain: HMAC-SHA256 with a shared key, or Ed25519 with a pair.

The file that GUARDBAND_SIGNING_KEY names holds 64 hexadecimal digits or more (a shared key), or an Ed25519
key in PEM (a private one signs; a public one only verifies). A signature is 1 byte of kind and the rest.
"""

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.facts.failure import InputError

VARIABLE = "GUARDBAND_SIGNING_KEY"
HMAC, ED25519 = b"\x01", b"\x02"
SHARED_DIGITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key; `sign` is None where it can only verify."""

    sign: Callable[[bytes], bytes] | None
    holds: Callable[[bytes, bytes], bool]  # message, signature


def key_from(path: str | Path | None = None) -> Key | None:
    """Return the key of a file, unsaid: of the file that the environment names; None where it names none.

    Raises InputError where the file holds no key.
    """
    named = path or os.environ.get(VARIABLE)
    if not named:
        return None
    place = Path(named)
    try:
        data = place.read_bytes().strip()
    except OSError as problem:
        raise _no_key(place, f"the signing key cannot be read: {problem.strerror}") from problem
    return _pair(place, data) if data.startswith(b"-----BEGIN") else _shared(place, data)


def _shared(place: Path, data: bytes) -> Key:
    try:
        secret = bytes.fromhex(data.decode("ascii"))
    except ValueError:
        raise _no_key(place, "the file holds no signing key") from None
    if len(data) < SHARED_DIGITS:
        raise _no_key(place, "the shared key is too short")

    def sign(message: bytes) -> bytes:
        return HMAC + hmac.digest(secret, message, "sha256")

    return Key(sign=sign, holds=lambda message, seen: hmac.compare_digest(sign(message), seen))


def _pair(place: Path, data: bytes) -> Key:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
    except ModuleNotFoundError:
        cure = 'install it: pip install "guardband[sign]"'
        raise InputError("Ed25519 keys need `cryptography`", place=str(place), cure=cure) from None
    try:
        is_private = b"PRIVATE" in data.splitlines()[0]
        loaded = load_pem_private_key(data, password=None) if is_private else load_pem_public_key(data)
    except (ValueError, TypeError):
        raise _no_key(place, "the file holds no Ed25519 key without a password") from None
    private = loaded if isinstance(loaded, Ed25519PrivateKey) else None
    public = loaded if private is None else private.public_key()
    if not isinstance(public, Ed25519PublicKey):
        raise _no_key(place, "the file holds a key of another kind")

    def holds(message: bytes, signature: bytes) -> bool:
        try:
            public.verify(signature[1:], message)
        except InvalidSignature:
            return False
        return signature[:1] == ED25519

    sign = None if private is None else (lambda message: ED25519 + private.sign(message))
    return Key(sign=sign, holds=holds)


def _no_key(place: Path, reason: str) -> InputError:
    cure = f"{VARIABLE} names a file with {SHARED_DIGITS} hexadecimal digits, or an Ed25519 key in PEM"
    return InputError(reason, place=str(place), cure=cure)
