"""A small OpenID provider on this machine: real keys and signed tokens, a code for each sign-in, PKCE."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "guardband", "a secret of the client's own"


@dataclass
class OpenId:
    """A provider; `claims` and `header` change what its tokens say, `key` signs them."""

    issuer: str
    key: RSAKey = field(default_factory=lambda: new_key("one"))
    published: list[RSAKey] = field(default_factory=list)
    subject: str = "r.okafor"
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in self.published or [self.key]]}

    def authorized(self, query: dict[str, str]) -> str:
        """Sign the person in and return where they are sent back to."""
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Return the tokens for a code, once, to the client whose it is."""
        query = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if query is None or authorization != f"Basic {basic}" or challenge != query["code_challenge"]:
            return None
        if form["redirect_uri"] != query["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.subject,
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.kid, **self.header}
        key: Any = self.key
        if header["alg"].startswith("HS"):
            key = OctKey.import_key(SECRET)
        token = jwt.encode(header, claims, key, algorithms=[header["alg"]])
        return {"id_token": token, "token_type": "Bearer"}


def new_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@contextmanager
def provider() -> Iterator[OpenId]:
    """Run a provider under the name `localhost`: for a browser another site than 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            told.asked.append(parts.path)
            if parts.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", told.authorized(query))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            answers = {"/.well-known/openid-configuration": told.description, "/keys": told.keys}
            self.answer(answers[parts.path]())

        def do_POST(self) -> None:
            told.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(told.token(form, self.headers.get("Authorization", "")))

        def answer(self, data: object) -> None:
            body = json.dumps(data or {"error": "invalid_grant"}).encode()
            self.send_response(200 if data else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = OpenId(issuer=f"http://localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
