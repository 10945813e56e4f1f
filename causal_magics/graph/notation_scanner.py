"""Reads the words of the notation off a text, one at a time and in linear time."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from causal_magics.errors import NotationError

_SPACES = (
    " \t\f\v\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_SPACE = re.escape(_SPACES)
_COMMENT = r"#[^\n]*|//[^\n]*"
_BLANK_IN_LINE = re.compile(rf"(?:[{_SPACE}]+|{_COMMENT})*")
_BLANK = re.compile(rf"(?:[{_SPACE}\n]+|{_COMMENT})*")
_SETTING_COMMENT = re.compile(rf"[{_SPACE}](?:#|//)")

# Explicit ranges, so that Python and TypeScript agree whatever Unicode version they know.
WORD_CHARACTERS = (
    r"0-9A-Za-z_.\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u061b\u061d-\u167f"
    r"\u1681-\u180d\u180f-\u1fff\u2070-\u209f\u2100-\u218f\u2c00-\u2dff\u2e80-\u2fff"
    r"\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\ud7ff\uf900-\ufdff"
    r"\ufe20-\ufe2f\ufe70-\ufefe\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc"
    r"\U00010000-\U000dffff"
)
WORD = re.compile(rf"[{WORD_CHARACTERS}]+")
_KEY = re.compile(rf"([{WORD_CHARACTERS}]+(?:-[{WORD_CHARACTERS}]+)*)[ \t]*:")
_COLON = re.compile(r"[ \t]*:")
_ATTRIBUTE = re.compile(rf"[{WORD_CHARACTERS}-]+")
_VALUE = re.compile(rf"[^{_SPACE}\n,;=\[\]{{}}\"#]+")
_STRING_STOP = re.compile(r"[\"\\\n]")
OPERATOR_RUN = re.compile("[-<>=@~→←↔⇒⇐⇔⟶⟵⟷—–−]+")


class Word(NamedTuple):
    """A name or a value as it was written: what it says, where, whether in quotes."""

    text: str
    at: int
    quoted: bool


class Scanner:
    """A place in a text, and the ways to move on from it."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.at = 0

    @property
    def char(self) -> str:
        """The next character, empty at the end."""
        return self.text[self.at : self.at + 1]

    def skip(self) -> bool:
        """Pass blanks, line breaks and comments; return whether a line ended."""
        self.skip_in_line()
        if self.char != "\n":
            return False
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return True

    def skip_in_line(self) -> None:
        """Pass blanks and comments up to the end of the line."""
        match = _BLANK_IN_LINE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def take(self, pattern: re.Pattern[str]) -> str | None:
        """Read what `pattern` matches here, if it does."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        return match[0]

    def take_word(self, pattern: re.Pattern[str] = WORD) -> Word | None:
        """Read a bare or a quoted word, if one stands here."""
        at = self.at
        if self.char == '"':
            return self._take_string()
        text = self.take(pattern)
        return None if text is None else Word(text, at, quoted=False)

    def take_attribute(self) -> Word | None:
        """Read the name of an attribute."""
        return self.take_word(_ATTRIBUTE)

    def take_value(self) -> Word | None:
        """Read the value of an attribute."""
        return self.take_word(_VALUE)

    def take_key(self) -> Word | None:
        """Read a setting's name with its colon, if one stands here."""
        if self.char == '"':
            return self._take_quoted_key()
        match = _KEY.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        return Word(match[1], match.start(), quoted=False)

    def _take_quoted_key(self) -> Word | None:
        start = self.at
        word = self._take_string()
        if self.take(_COLON) is not None:
            return word
        self.at = start
        return None

    def take_rest_of_line(self) -> tuple[str, bool]:
        """Read a setting's value, the rest of the line without comment and outer quotes.

        Returns
        -------
        str
        bool
            Whether it stood in quotes.
        """
        end = self.text.find("\n", self.at)
        line = self.text[self.at : end if end >= 0 else len(self.text)]
        start, self.at = self.at, self.at + len(line)
        if line.strip(_SPACES).startswith('"'):
            inner = Scanner(line)
            inner.skip_in_line()
            try:
                word = inner._take_string()
            except NotationError:
                word = None
            inner.skip_in_line()
            if word is not None and not inner.char:
                return word.text, True
        comment = _SETTING_COMMENT.search(self.text, start, self.at)
        return self.text[start : comment.start() if comment else self.at].strip(_SPACES), False

    def _take_string(self) -> Word:
        opened, at, parts = self.at, self.at + 1, list[str]()
        while True:
            match = _STRING_STOP.search(self.text, at)
            if match is None or match[0] == "\n":
                raise self.error(
                    "This quote is never closed on its line.", opened, 'a closing "'
                ) from None
            parts.append(self.text[at : match.start()])
            at = match.end()
            if match[0] == '"':
                self.at = at
                return Word("".join(parts), opened, quoted=True)
            following = self.text[at : at + 1]
            escaped = following in ('"', "\\", "{") and following != ""
            parts.append(following if escaped else "\\")
            at += escaped

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(m.end() for m in re.finditer("\n", self.text))]

    def place(self, at: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1."""
        line = bisect_right(self._line_starts, at)
        return line, at - self._line_starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """Return a line of the text without its line break."""
        start = self._line_starts[line - 1]
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]

    def error(
        self,
        message: str,
        at: int | None = None,
        expected: str | None = None,
        suggestion: str | None = None,
    ) -> NotationError:
        """Return the error for what stands at an offset (here, where none is given)."""
        line, column = self.place(self.at if at is None else at)
        return NotationError(message, self.text, line, column, expected, suggestion)
