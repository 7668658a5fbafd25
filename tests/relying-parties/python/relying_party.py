"""Authlib, as a relying party: discovery, PKCE, code, ID token, UserInfo, refresh, introspection, revocation.

    relying_party.py ISSUER VISITOR...

VISITOR is the command that takes an authorization request to its answer: it is given the URL and the redirect URI.
"""

import subprocess
import sys

import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwk, jwt

CALLBACK = "http://127.0.0.1:41999/cb"


def main():
    issuer, *visitor = sys.argv[1:]
    metadata = requests.get(f"{issuer}.well-known/openid-configuration", timeout=30).json()
    assert metadata["issuer"] == issuer
    client = OAuth2Session(
        "web",
        "web-secret",
        scope="openid profile email offline_access",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",
    )
    verifier = "a-verifier-that-has-43-characters-or-some-more"
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce="n-0S6_WzA2Mj"
    )
    arrived = subprocess.run([*visitor, url, CALLBACK], check=True, capture_output=True, text=True).stdout.strip()
    tokens = client.fetch_token(
        metadata["token_endpoint"], authorization_response=arrived, state=state, code_verifier=verifier
    )

    keys = jwk.KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=30).json())
    claims = jwt.decode(tokens["id_token"], keys).claims
    wanted = {name: {"essential": True, "value": value} for name, value in expected(issuer).items()}
    jwt.JWTClaimsRegistry(exp={"essential": True}, iat={"essential": True}, **wanted).validate(claims)

    who = client.get(metadata["userinfo_endpoint"]).json()
    assert (who["sub"], who["email"]) == (claims["sub"], "ada@example.com"), who

    renewed = client.refresh_token(metadata["token_endpoint"], tokens["refresh_token"])
    assert renewed["refresh_token"] != tokens["refresh_token"]

    asked = client.introspect_token(metadata["introspection_endpoint"], renewed["access_token"])
    assert asked.json()["active"] is True, asked.text
    assert client.revoke_token(metadata["revocation_endpoint"], renewed["refresh_token"]).ok
    asked = client.introspect_token(metadata["introspection_endpoint"], renewed["access_token"])
    assert asked.json() == {"active": False}, asked.text


def expected(issuer):
    return {"iss": issuer, "aud": "web", "nonce": "n-0S6_WzA2Mj"}


main()
