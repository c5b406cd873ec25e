"""FF1: a keyed permutation of the decimal numbers of one length (NIST SP 800-38G, format-preserving encryption)."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_ROUNDS: Final = 10
_BLOCK: Final = 16


class FF1:
    """The permutation of numbers of an even count of `digits` under an AES key; each `tweak` gives another one.

    It is built from AES alone, as the standard says, and held against its samples: the libraries that have it are young
    and hardly used, which is little to trust for so few lines.
    """

    def __init__(self, key: bytes, digits: int, tweak: bytes) -> None:
        half = digits // 2
        self._modulus = int(10**half)
        self._bytes = ((self._modulus - 1).bit_length() + 7) // 8
        self._taken = 4 * -(-self._bytes // 4) + 4
        parts = (digits, 4), (len(tweak), 4)
        head = bytes([1, 2, 1, 0, 0, 10, 10, half]) + b"".join(
            number.to_bytes(size, "big") for number, size in parts
        )
        self._head = head + tweak + bytes(-(len(tweak) + self._bytes + 1) % _BLOCK)
        self._cipher = Cipher(AES(key), CBC(bytes(_BLOCK)))

    def encrypt(self, number: int) -> int:
        """The number that stands for this one."""
        left, right = divmod(number, self._modulus)
        for turn in range(_ROUNDS):
            left, right = right, (left + self._mixed(turn, right)) % self._modulus
        return left * self._modulus + right

    def decrypt(self, number: int) -> int:
        """The number that this one stands for."""
        left, right = divmod(number, self._modulus)
        for turn in reversed(range(_ROUNDS)):
            left, right = (right - self._mixed(turn, left)) % self._modulus, left
        return left * self._modulus + right

    def _mixed(self, turn: int, half: int) -> int:
        text = self._head + bytes([turn]) + half.to_bytes(self._bytes, "big")
        mac = self._cipher.encryptor().update(text)[-_BLOCK:]
        return int.from_bytes(mac[: self._taken], "big")
