"""Fields encrypted with KMS, from before credentials moved to Secrets Manager."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import boto3


class FieldCipher:
    """Encrypts single fields of an item under one key."""

    def __init__(self, key_id: str, client: Any = None) -> None:
        self._key_id = key_id
        self._client = client or boto3.client("kms")

    def encrypt(self, text: str, context: Mapping[str, str]) -> str:
        """Text that can be stored; the context must be the same when it is decrypted."""
        answer = self._client.encrypt(
            KeyId=self._key_id, Plaintext=text.encode(), EncryptionContext=context
        )
        return base64.b64encode(bytes(answer["CiphertextBlob"])).decode()

    def decrypt(self, stored: str, context: Mapping[str, str]) -> str:
        """The text again."""
        answer = self._client.decrypt(
            KeyId=self._key_id,
            CiphertextBlob=base64.b64decode(stored),
            EncryptionContext=context,
        )
        return bytes(answer["Plaintext"]).decode()


def masked(text: str, shown: int = 4) -> str:
    """Text for a log, with all but its end blotted out."""
    return "*" * max(len(text) - shown, 0) + text[-shown:]
