"""An identity provider that speaks OpenID Connect: where to send a person, and who came back.

    provider = Provider(oidc)
    away = await provider.away()                      the address to go to, and what to remember meanwhile
    subject = await provider.subject(code, away)      the claim that names the person, from a verified token

The authorization code flow with PKCE. The token's signature, issuer, audience, time and nonce are verified
with the keys that the provider publishes; algorithms are asymmetric ones only.
Source: OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7; RFC 7636.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from engine.facts.failure import InputError
from engine.shell.service.problems import Problem

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
LEEWAY_SECONDS = 60
REMEMBERED_SECONDS = 3600.0
SECONDS = 10.0
"""How long one answer of the provider may take."""

LARGEST = 256 * 1024
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
SAID = ("ISSUER", "CLIENT", "SECRET", "URL", "CLAIM", "NAME")
"""What the environment says after `GUARDBAND_OIDC_`."""

SCOPES = {"email": "openid email", "preferred_username": "openid profile"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Oidc:
    """How the service signs people in. claim: what names them; url: where browsers reach the service."""

    issuer: str
    client: str
    url: str
    secret: str = field(default="", repr=False)  # none: a public client, which PKCE protects
    claim: str = "sub"
    called: str = ""  # what the button of the sign-in page says

    @property
    def redirect(self) -> str:
        """Where the provider sends people back to."""
        return f"{self.url.rstrip('/')}/v1/session/oidc/callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """What is remembered of somebody who is at the provider."""

    state: str
    nonce: str
    verifier: str
    wanted: str  # the page to be led to afterwards

    def as_fields(self) -> dict[str, str]:
        """Return it as plain data."""
        return asdict(self)


def checked_address(address: str, *, place: str) -> str:
    """Return an address of HTTPS, or of this machine. Raises InputError for any other."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL):
        return address
    raise InputError(f"`{address}` is not https", place=place, cure="name an address that begins https://")


def oidc_from(environment: Mapping[str, str]) -> Oidc | None:
    """Return what the environment says of a provider; None where it names none.

    Raises InputError where it says too little, or the library that verifies tokens is not installed.
    """
    told = {name: environment.get(f"GUARDBAND_OIDC_{name}", "").strip() for name in SAID}
    if not told["ISSUER"]:
        return None
    for name in ("CLIENT", "URL"):
        if not told[name]:
            cure = f"set GUARDBAND_OIDC_{name}, or none of them"
            raise InputError("it is not said", place=f"GUARDBAND_OIDC_{name}", cure=cure)
    try:
        import httpx  # noqa: F401
        import joserfc  # noqa: F401
    except ModuleNotFoundError as missing:
        cure = 'install it: pip install "guardband[oidc]"'
        raise InputError(
            f"signing in needs {missing.name}", place="GUARDBAND_OIDC_ISSUER", cure=cure
        ) from missing
    return Oidc(
        issuer=checked_address(told["ISSUER"], place="GUARDBAND_OIDC_ISSUER"),
        client=told["CLIENT"],
        url=checked_address(told["URL"], place="GUARDBAND_OIDC_URL"),
        secret=told["SECRET"],
        claim=told["CLAIM"] or "sub",
        called=told["NAME"],
    )


class Provider:
    """One provider, asked over HTTP. What it publishes is remembered for an hour."""

    def __init__(self, oidc: Oidc) -> None:
        self.oidc = oidc
        self._known: tuple[float, Mapping[str, Any]] = (0.0, {})
        self._keys: tuple[float, Any] = (0.0, None)

    async def away(self, wanted: str) -> tuple[str, Away]:
        """Return the address at which a person signs in, and what to remember."""
        told = await self._description()
        away = Away(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            wanted=wanted,
        )
        challenge = base64.urlsafe_b64encode(hashlib.sha256(away.verifier.encode()).digest())
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.oidc.client,
                "redirect_uri": self.oidc.redirect,
                "scope": SCOPES.get(self.oidc.claim, "openid"),
                "state": away.state,
                "nonce": away.nonce,
                "code_challenge": challenge.decode().rstrip("="),
                "code_challenge_method": "S256",
            }
        )
        where = str(told["authorization_endpoint"])
        return f"{where}{'&' if '?' in where else '?'}{query}", away

    async def subject(self, code: str, away: Away) -> str:
        """Return what the provider calls whoever came back. Raises Problem where the token is not good."""
        told = await self._description()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.oidc.redirect,
            "client_id": self.oidc.client,
            "code_verifier": away.verifier,
        }
        auth = (self.oidc.client, self.oidc.secret) if self.oidc.secret else None
        answer = await _asked("POST", str(told["token_endpoint"]), form=form, auth=auth)
        claims = await self._claims(str(answer.get("id_token", "")), away.nonce)
        if self.oidc.claim == "email" and claims.get("email_verified") is not True:
            raise _refused("the provider has not verified the address")
        found = claims.get(self.oidc.claim)
        if not isinstance(found, str) or not found:
            raise _refused(f"the token has no claim {self.oidc.claim}")
        return found

    async def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        from joserfc import jwt
        from joserfc.errors import JoseError

        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.oidc.issuer},
            aud={"essential": True, "value": self.oidc.client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for fresh in (False, True):  # the provider may have changed its keys
            try:
                decoded = jwt.decode(token, await self._key_set(fresh=fresh), algorithms=ALGORITHMS)
                registry.validate(decoded.claims)
            except (JoseError, ValueError) as error:
                problem = error
                continue
            if decoded.claims.get("azp", self.oidc.client) != self.oidc.client:
                raise _refused("the token is for another program")
            return decoded.claims
        raise _refused(f"the token is not good ({type(problem).__name__})")

    async def _key_set(self, *, fresh: bool) -> Any:
        from joserfc.jwk import KeySet

        until, keys = self._keys
        if keys is None or fresh or time.monotonic() > until:
            told = await self._description()
            keys = KeySet.import_key_set(await _asked("GET", str(told["jwks_uri"])))  # type: ignore[arg-type]
            self._keys = (time.monotonic() + REMEMBERED_SECONDS, keys)
        return keys

    async def _description(self) -> Mapping[str, Any]:
        until, told = self._known
        if told and time.monotonic() < until:
            return told
        issuer = self.oidc.issuer.rstrip("/")
        told = await _asked("GET", f"{issuer}/.well-known/openid-configuration")
        if told.get("issuer") != self.oidc.issuer:
            raise _unheard("the provider calls itself otherwise")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            try:
                checked_address(str(told.get(name, "")), place=name)
            except InputError:
                raise _unheard(f"the provider tells no good {name}") from None
        self._known = (time.monotonic() + REMEMBERED_SECONDS, told)
        return told


async def _asked(
    method: str, address: str, *, form: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None
) -> Mapping[str, Any]:
    """Return what the provider answers; raises Problem where that is no object of JSON."""
    import httpx

    try:
        async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
            answer = await client.request(method, address, data=form, auth=auth)
            told = answer.json() if len(answer.content) <= LARGEST else None
    except (httpx.HTTPError, ValueError):
        raise _unheard("the provider does not answer") from None
    if not isinstance(told, dict):
        raise _unheard("the provider does not answer as expected")
    if answer.status_code != 200:
        raise _refused("the provider refuses")
    return told


def _refused(why: str) -> Problem:
    return Problem(401, "sign-in", "nobody is signed in", detail=why)


def _unheard(why: str) -> Problem:
    return Problem(
        503, "provider", "signing in is not possible now", detail=why, headers={"Retry-After": "5"}
    )
