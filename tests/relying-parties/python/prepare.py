"""Makes the keys of the clients, and the fixture that tells the issuer of them:

    prepare.py FOLDER

Leaves `fixture.json`, and `keys.json` with each client's private key as a JWK, in the folder; and `client.pem` and
`client.key`, the certificate of the client that authenticates with it (RFC 8705 §2.2).
"""

import base64
import datetime
import json
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey, RSAKey

CALLBACK = "http://127.0.0.1:41999/cb"
SIGNED_OUT = "http://127.0.0.1:41999/out"
# FAPI 2.0 Security Profile §5.3.2.2: redirect URIs are https. The tests stop there: nothing has to listen.
SECURE_CALLBACK = "https://rp.example/cb"
SCOPES = "openid profile email offline_access"


def application(slug, metadata=None, **provider):
    provider = {"scopes": SCOPES, "consent": "implicit", "redirect_uris": [CALLBACK], **provider}
    provider.setdefault("client_secret", f"{slug}-secret")
    if metadata:
        provider["client_metadata"] = metadata
    return {"slug": slug, "provider": provider}


def key_pair(name, kind, length, alg):
    key = kind.generate_key(length, {"kid": name, "alg": alg, "use": "sig"})
    return key.as_dict(private=True), {"keys": [key.as_dict(private=False)]}


def certificate(folder):
    """A certificate that nobody but the client vouches for, and its public key as a JWK."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a client")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(private, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "client.pem").write_bytes(made.public_bytes(pem))
    plain = private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "client.key").write_bytes(plain)
    spki = made.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    public = ECKey.import_key(spki).as_dict(private=False)
    der = base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()
    return {"keys": [{**public, "kid": "certificate", "x5c": [der]}]}


def main():
    folder = pathlib.Path(sys.argv[1])
    fapi, fapi_keys = key_pair("fapi", ECKey, "P-256", "ES256")
    messages, messages_keys = key_pair("messages", RSAKey, 2048, "PS256")
    ciba, ciba_keys = key_pair("ciba", ECKey, "P-256", "ES256")
    signing = {"algorithm": "PS256", "custody": "envelope"}
    offline = ["authorization_code", "refresh_token"]
    strict = {"token_endpoint_auth_method": "private_key_jwt", "dpop_bound_access_tokens": True}
    applications = [
        application("web", post_logout_redirect_uris=[SIGNED_OUT]),
        application(
            "server",
            redirect_uris=[
                {"matching_mode": "regex", "url": r"http://localhost:\d+/login/oauth2/code/latchkey"},
                {"matching_mode": "regex", "url": r"http://localhost:\d+/protected/redirect_uri"},
            ],
        ),
        application(
            "fapi",
            {**strict, "profile": "fapi2_security", "jwks": fapi_keys, "grant_types": offline},
            redirect_uris=[SECURE_CALLBACK],
            signing_key={"algorithm": "ES256", "custody": "envelope"},
        ),
        application(
            "messages",
            {**strict, "profile": "fapi2_message_signing", "jwks": messages_keys, "grant_types": offline},
            redirect_uris=[SECURE_CALLBACK],
            signing_key=signing,
        ),
        application(
            "mtls",
            {
                "token_endpoint_auth_method": "self_signed_tls_client_auth",
                "tls_client_certificate_bound_access_tokens": True,
                "jwks": certificate(folder),
            },
            signing_key=signing,
        ),
        application(
            "ciba",
            {
                "token_endpoint_auth_method": "private_key_jwt",
                "jwks": ciba_keys,
                "backchannel_token_delivery_mode": "poll",
                "grant_types": [*offline, "urn:openid:params:grant-type:ciba"],
            },
            signing_key={"algorithm": "ES256", "custody": "envelope"},
        ),
        application(
            "tools",
            {"registration": {"mode": "open"}, "resources": ["http://127.0.0.1:41998/mcp"]},
            consent="permanent",  # people see who asks: nobody has looked at who registers
        ),
    ]
    ada = {"username": "ada", "name": "Ada Lovelace", "email": "ada@example.com", "email_verified": True}
    fixture = {"users": [{**ada, "password": "correct horse battery"}], "applications": applications}
    keys = {"fapi": fapi, "messages": messages, "ciba": ciba}
    (folder / "fixture.json").write_text(json.dumps(fixture))
    (folder / "keys.json").write_text(json.dumps(keys))


main()
