"""Small secrets that must be read again (the key of an authenticator app), encrypted before they reach the database.

AES-256-GCM. The key comes from SECRET_KEY, the associated data name the centre's schema and the purpose: text sealed in
one centre does not open in another. SECRET_KEY_FALLBACKS open what an earlier key sealed.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

from apps.core import schema

NONCE = 12  # bytes


class NotReadable(Exception):
    """The text was sealed by another key, in another centre, for another purpose, or was altered."""


def seal(text: str, *, purpose: str) -> str:
    nonce = os.urandom(NONCE)
    sealed = _cipher(settings.SECRET_KEY).encrypt(nonce, text.encode(), _context(purpose))
    return base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Return the text. Raises NotReadable rather than returning anything else."""
    raw = base64.b64decode(sealed)
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(secret).decrypt(raw[:NONCE], raw[NONCE:], _context(purpose)).decode()
        except InvalidTag:
            continue
    raise NotReadable(purpose)


def _cipher(secret: str | bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"verbena.sealing").derive(force_bytes(secret)))


def _context(purpose: str) -> bytes:
    return f"{schema.current()}.{purpose}".encode()
