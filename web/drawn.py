"""Small pieces of pages that come again and again: put together once for each language and district.

An officer's page holds a dozen forms, closed, a list a hundred badges; drawing each of them anew took longer than
all the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from domain.remaining import Remaining
from service import reading
from service.reading import Derived
from web.fields import fields_of
from web.language import Language
from web.templating import template

Options = Callable[[Language], Sequence[tuple[str, str]]]
"""What may be chosen in a district: value and words."""
_Words = tuple[str, str]
"""A language and the words of a district (by its rulebook)."""


def inputs(language: Language, command: str, data: Mapping[str, Any]) -> Markup:
    """The inputs of a command's own form, in the words of the reader's district, with ``data`` filled in."""
    return _inputs(_known(language), command, json.dumps(data, ensure_ascii=False, sort_keys=True))


def bits(language: Language) -> Any:
    """The macros of ``_bits.html`` that need nobody's seat, in words; importing them anew takes each page longer."""
    return _macros(_known(language), "_bits")


def sections(language: Language, current: str) -> Markup:
    """The way to the main pages, ``current`` being the address of this one."""
    return _sections(_known(language), current)


def pick(language: Language, name: str, title: str, options: Options, chosen: str = "") -> Markup:
    """A choice that narrows a list, with what is ``chosen``."""
    known = any(chosen == value for value, _ in options(language)) if chosen else False
    return _pick(_known(language), name, title, options, chosen if known else "")


def badge(language: Language, kind: str, value: Enum) -> Markup:
    """A ``state`` or ``rung`` as its badge."""
    return _badge(_known(language), kind, value)


def left(language: Language, remaining: Remaining, soon: bool) -> Markup:
    """What is left until a deadline, with its mark; ``soon`` where the hazard says so before the hours do."""
    return _left(_known(language), remaining, soon)


def reason(language: Language, command: str, why: str, grounds: str) -> Markup:
    """Why a command is refused, all in words."""
    return _reason(_known(language), command, why, grounds)


def derivation(language: Language, derived: Derived) -> Markup:
    """How a deadline came about."""
    return _derivation(_known(language), derived)


def entry(language: Language, today: date, hash: str, words: Callable[[], object]) -> Markup:
    """An entry of a ledger, which ``words`` puts into words. Its hash stands for all it says; how a date is said
    hangs on ``today`` besides.
    """
    key = (_known(language), today, hash)
    if key not in _ENTRIES:
        if len(_ENTRIES) >= _MOST_ENTRIES:
            _ENTRIES.clear()
        _ENTRIES[key] = Markup(_macros(key[0], "_bits").entry(words()))
    return _ENTRIES[key]


def forget() -> None:
    """Let go of what was said of single hazards; asked by whoever measures a page that nobody has seen before."""
    _ENTRIES.clear()
    _derivation.cache_clear()
    reading.derivation.cache_clear()


_MOST_ENTRIES = 4096
_ENTRIES: dict[tuple[_Words, date, str], Markup] = {}
_LANGUAGES: dict[_Words, Language] = {}


def _known(language: Language) -> _Words:
    words = (language.code, language.book.digest if language.book else "")
    _LANGUAGES.setdefault(words, language)
    return words


@lru_cache
def _macros(words: _Words, name: str) -> Any:
    language = _LANGUAGES[words]
    return template(name).make_module(
        {"say": language.say, "of": language.of, "either": language.either, "chinese": language.chinese}
    )


@lru_cache(maxsize=1024)
def _inputs(words: _Words, command: str, said: str) -> Markup:
    return Markup(
        _macros(words, "_forms").inputs(fields_of(command), "", json.loads(said), {}, "", f"{command}-")
    )


@lru_cache(maxsize=256)
def _sections(words: _Words, current: str) -> Markup:
    return Markup(_macros(words, "_bits").sections(current))


@lru_cache(maxsize=4096)
def _pick(words: _Words, name: str, title: str, options: Options, chosen: str) -> Markup:
    return Markup(_macros(words, "_bits").pick(name, title, options(_LANGUAGES[words]), chosen))


@lru_cache(maxsize=256)
def _badge(words: _Words, kind: str, value: Enum) -> Markup:
    return Markup(getattr(_macros(words, "_bits"), kind)(value))


@lru_cache(maxsize=4096)
def _left(words: _Words, remaining: Remaining, soon: bool) -> Markup:
    return Markup(_macros(words, "_bits").left(remaining, soon).strip())


@lru_cache(maxsize=4096)
def _reason(words: _Words, command: str, why: str, grounds: str) -> Markup:
    return Markup(_macros(words, "_bits").reason(command, why, grounds))


@lru_cache(maxsize=1024)
def _derivation(words: _Words, derived: Derived) -> Markup:
    return Markup(_macros(words, "_bits").derivation(derived.explanation))
