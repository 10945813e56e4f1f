"""Widths of labels in 13 px system-ui, on the wide side of what systems ship."""

from __future__ import annotations

__all__ = ["fit_label", "label_width"]

# Tenths of a pixel, as everywhere in this file, from the space to the tilde.
_ASCII = (
    41, 52, 60, 109, 83, 124, 101, 36, 51, 51, 65, 109, 41, 47, 41, 44, 83, 83, 83, 83, 83, 83,
    83, 83, 83, 83, 44, 44, 109, 109, 109, 69, 130, 89, 89, 91, 100, 82, 75, 101, 98, 38, 38, 85,
    72, 112, 97, 102, 78, 102, 90, 83, 79, 95, 89, 129, 89, 79, 89, 51, 44, 51, 109, 65, 65, 80,
    83, 71, 83, 80, 46, 83, 82, 36, 36, 75, 36, 127, 82, 80, 83, 83, 53, 68, 51, 82, 77, 106, 77,
    77, 68, 83, 44, 83, 109,
)  # fmt: skip

_ELLIPSIS = "…"

# First and last code point of a block, and the width of each of its characters.
_BLOCKS = (
    (0x00, 0x1F, 0),
    (0x7F, 0x9F, 0),
    (0xA0, 0x24F, 85),
    (0x300, 0x36F, 0),
    (0x370, 0x52F, 90),
    (0x1100, 0x115F, 130),
    (0x1AB0, 0x1AFF, 0),
    (0x200B, 0x200F, 0),
    (0x2026, 0x2026, 130),
    (0x20D0, 0x20FF, 0),
    (0x2E80, 0xA4CF, 130),
    (0xAC00, 0xD7A3, 130),
    (0xF900, 0xFAFF, 130),
    (0xFE00, 0xFE0F, 0),
    (0xFE30, 0xFE6F, 130),
    (0xFF00, 0xFF60, 130),
    (0x1F000, 0x3FFFF, 160),
)
_OTHER = 100


def _character_tenths(character: str) -> int:
    code = ord(character)
    if 32 <= code < 32 + len(_ASCII):
        return _ASCII[code - 32]
    return next((tenths for first, last, tenths in _BLOCKS if first <= code <= last), _OTHER)


def label_width(text: str) -> float:
    """Width of a label in pixels, a multiple of 0.1."""
    return sum(map(_character_tenths, text)) / 10


def fit_label(text: str, available: float) -> str:
    """Give the label where it fits into `available` pixels, else its beginning and an ellipsis."""
    if label_width(text) <= available:
        return text
    budget = available * 10 - _character_tenths(_ELLIPSIS)
    tenths = 0
    kept = ""
    for character in text:
        tenths += _character_tenths(character)
        if tenths > budget:
            break
        kept += character
    return kept.rstrip(" ") + _ELLIPSIS
