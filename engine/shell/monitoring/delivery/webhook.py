"""Webhooks: one signed POST. Whoever knows the secret can tell that it came from here, whole and when.

    Guardband-Delivery: 12-18-7
    Guardband-Signature: t=1773133200,v1=HMAC-SHA256(secret, "1773133200." + body), in hexadecimal

Redirects are not followed: what is signed for one address goes to no other.
"""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

from engine.shell.monitoring.delivery.letter import TIMEOUT_SECONDS, Failed, Letter, letter_data
from engine.shell.monitoring.settings import Webhook
from engine.shell.version import VERSION

SIGNATURE, DELIVERY = "Guardband-Signature", "Guardband-Delivery"
GONE = 410
"""The status by which a receiver says that it wants nothing any more."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect to be told as a failure."""

    def redirect_request(self, *_request: Any) -> None:
        """Follow none."""
        return None


def send_webhook(receiver: Webhook, letter: Letter) -> Failed | None:
    """Post a message; None where it was taken (a status of 200 to 299)."""
    body = json.dumps(letter_data(letter), ensure_ascii=False, separators=(",", ":")).encode()
    request = urllib.request.Request(
        receiver.url,
        data=body,
        method="POST",
        headers={
            "Content-Type": "application/json",
            "User-Agent": f"Guardband/{VERSION}",
            DELIVERY: letter.name,
            SIGNATURE: signature(receiver.secret, body, moment=int(letter.now.timestamp())),
        },
    )
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS):
            return None
    except urllib.error.HTTPError as problem:
        with problem:
            return Failed(reason=f"it answered {problem.code}", is_final=problem.code == GONE)
    except (OSError, HTTPException) as problem:
        cause = getattr(problem, "reason", problem)
        return Failed(reason=f"it cannot be reached: {cause or type(problem).__name__}")


def signature(secret: str, body: bytes, *, moment: int) -> str:
    """Return the signature of a body; moment: seconds since 1970."""
    signed = f"{moment}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def is_signed(secret: str, body: bytes, header: str) -> bool:
    """Return whether a signature is right, as a receiver checks it."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    if not parts.get("t", "").isdigit():
        return False
    return hmac.compare_digest(signature(secret, body, moment=int(parts["t"])), header)
