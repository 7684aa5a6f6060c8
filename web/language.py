"""Two languages: every phrase of the pages is Chinese, and ``phrases.yaml`` holds its English.

Domain words (states, rungs, clocks, units) bring both themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from domain.library import Rulebook

COOKIE = "qingling_language"
_CATALOGUE = Path(__file__).with_name("phrases.yaml")


@cache
def catalogue() -> dict[str, str]:
    """English by Chinese phrase."""
    found = yaml.safe_load(_CATALOGUE.read_text(encoding="utf-8"))
    return {str(zh): str(en) for zh, en in found.items()}


@dataclass(frozen=True, slots=True)
class Language:
    """``zh`` or ``en``, and how to say things in it."""

    code: str
    book: Rulebook | None = None
    """The district whose words are used once somebody has signed in."""

    @property
    def district(self) -> Rulebook:
        """The rulebook of the district. Raises ``ValueError`` before anybody has signed in."""
        if self.book is None:
            raise ValueError("nobody has signed in: there is no district")
        return self.book

    def of_district(self, book: Rulebook) -> Language:
        """The same language in the words of one district."""
        return replace(self, book=book)

    @property
    def tag(self) -> str:
        """For ``<html lang>``."""
        return "zh-CN" if self.chinese else "en"

    @property
    def chinese(self) -> bool:
        return self.code == "zh"

    def say(self, phrase: str, **values: Any) -> str:
        """A phrase of the pages, with ``{name}`` filled in. Raises ``KeyError`` for one without English."""
        english = catalogue()[phrase]
        text = self._said(phrase) if self.chinese else english
        return text.format(**values) if values else text

    def of(self, thing: Any) -> str:
        """Whatever has ``zh`` and ``en``, in words."""
        found: str = self._said(thing.zh) if self.chinese else thing.en
        return found

    def _said(self, text: str) -> str:
        return self.book.said(text) if self.book else text

    def either(self, zh: str, en: str) -> str:
        return zh if self.chinese else (en or zh)
