"""The key that signs access tokens, and its name in the set every service verifies with."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.auth import TokenSigner
from shared.auth.keys import generate_private_key, read_jwks, to_jwks
from shared.ids import new_id


def signer_in(private_pem: bytes, public_keys: Path) -> TokenSigner:
    """Return a signer whose tokens name the key as the public set does.

    Raises:
        ValueError: the set does not hold this key, so nobody would accept its tokens.
    """
    own = _raw(_public(private_pem))
    for key_id, key in read_jwks(public_keys).items():
        if _raw(key) == own:
            return TokenSigner(private_pem, key_id)
    message = f"{public_keys} does not hold the public half of TOKEN_PRIVATE_KEY."
    raise ValueError(message)


def make_keys(private_path: Path, public_path: Path, *, rotate: bool = False) -> bool:
    """Write a key pair where there is none; return whether a new one was made.

    With `rotate` a new key takes over, and the earlier public keys stay in the set, so that tokens
    of the last ten minutes are still good.
    """
    if private_path.exists() and public_path.exists() and not rotate:
        return False
    pem = generate_private_key()
    known = read_jwks(public_path) if public_path.exists() else {}
    # The set goes first: a signer never has a key that the others have not been given.
    _write(public_path, to_jwks({**known, str(new_id()): _public(pem)}).encode(), mode=0o644)
    _write(private_path, pem, mode=0o600)
    return True


def _public(private_pem: bytes) -> Ed25519PublicKey:
    return TokenSigner(private_pem, "").public_keys[""]


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write beside and rename, so that nobody reads half a key; never readable more widely."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    beside.touch(mode)
    beside.write_bytes(content)
    beside.replace(path)
