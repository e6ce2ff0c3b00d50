"""Key files: a PEM private key for the signer, a JSON Web Key Set for everyone who verifies."""

import base64
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


def generate_private_key() -> bytes:
    """Return a new Ed25519 private key as PEM."""
    return Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def to_jwks(keys: dict[str, Ed25519PublicKey]) -> str:
    """Return the public keys as a JWKS document (RFC 8037: OKP, Ed25519)."""
    entries = [
        {"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": key_id, "x": _encode(key)}
        for key_id, key in keys.items()
    ]
    return json.dumps({"keys": entries}, indent=1)


def read_jwks(path: Path) -> dict[str, Ed25519PublicKey]:
    """Read the public keys of a JWKS file, by key id."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return {entry["kid"]: _decode(entry["x"]) for entry in document["keys"]}


def _encode(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> Ed25519PublicKey:
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return Ed25519PublicKey.from_public_bytes(raw)
