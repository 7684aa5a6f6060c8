"""Small pieces of pages that come again and again: put together once for each language and district.

An officer's page holds a dozen forms, closed, and fifty refusals, a list a hundred badges; drawing each of them
anew took longer than all the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import Any, Generic, TypeVar

from markupsafe import Markup

from domain.remaining import Remaining
from service import reading
from service.reading import Derived
from storage.ledger import StoredEvent
from web.choices import Options
from web.drafts import Draft, Form
from web.fields import Field, fields_of
from web.language import Language
from web.templating import template

T = TypeVar("T")

_Words = tuple[str, str]
"""A language and the words of a district (by its rulebook)."""
Reasons = list[tuple[str, str, str]]
"""Each command that is refused, why, and on what grounds: all in words."""
Seats = tuple[tuple[str, str], ...]
"""Unit and role of each."""


def form(language: Language, blank: Form, hazard: str, seq: int, key: str) -> Markup:
    """A form that nobody has typed anything into, for a hazard at a step. ``key`` is one of ours: it is not escaped."""
    mould = _begun_form if blank.begun or blank.known else _blank_form
    before, then, and_then, after = mould(_known(language), blank)
    return Markup(f"{before}{hazard}{then}{key}{and_then}{seq}{after}")


def draft(language: Language, blank: Form, typed: Draft, hazard: str, seq: int, key: str) -> Markup:
    """A form that is being filled in, with what was wrong with it."""
    macros = _macros(_known(language), "_forms")
    data = typed.data if typed.key else blank.data
    inputs = macros.inputs(blank.fields, "", data, typed.faults, typed.more, f"{blank.command}-")
    return Markup(macros.act(blank, inputs, hazard, seq, key, typed.problem))


def refusals(language: Language, about: Hashable, words: Callable[[], tuple[Reasons, Reasons]]) -> Markup:
    """What cannot be done now and what is not for this seat to do, each with its reason, as ``words`` says them;
    ``about`` stands for all of it.
    """
    known = _known(language)

    def draw() -> Markup:
        now, never = ([_reason(known, *one) for one in reasons] for reasons in words())
        return Markup(_macros(known, "_bits").refusals(now, never))

    return _REFUSALS.of((known, about), draw)


def suggestions(language: Language, lists: frozenset[str]) -> Markup:
    """What the district knows by name, for inputs that ask for it."""
    return _suggestions(_known(language), lists)


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
    """A ``state``, ``rung`` or ``colour`` as its badge."""
    return _badge(_known(language), kind, value)


def left(language: Language, remaining: Remaining, soon: bool) -> Markup:
    """What is left until a deadline, with its mark; ``soon`` where the hazard says so before the hours do."""
    return _left(_known(language), remaining, soon)


def seats(language: Language, several: Seats, words: Callable[[], str]) -> str:
    """Seats by name, as ``words`` says them: time tells the same ones again and again."""
    return _SEATS.of((_known(language), several), words)


def deadline(
    language: Language, today: date, derived: Derived, left: Remaining | None, words: Callable[[], object]
) -> Markup:
    """A deadline, which ``words`` puts into words, with how it came about. The clock, what is left of it and
    ``today`` stand for all it says.
    """
    known = _known(language)

    def draw() -> Markup:
        return Markup(_macros(known, "_bits").deadline(words(), derived.explanation))

    return _DEADLINES.of((known, today, derived, left), draw)


def entries(
    language: Language, today: date, stored: Sequence[StoredEvent], words: Callable[[StoredEvent], object]
) -> Markup:
    """The entries of a ledger, each of which ``words`` puts into words. Its hash stands for all it says; how a date
    is said hangs on ``today`` besides.
    """
    known = _known(language)

    def draw(one: StoredEvent) -> Markup:
        return Markup(_macros(known, "_bits").entry(words(one)))

    return Markup("").join([_ENTRIES.of((known, today, one.hash), draw, one) for one in stored])


def forget() -> None:
    """Let go of what was said of single hazards; asked by whoever measures a page that nobody has seen before."""
    _ENTRIES.clear()
    _DEADLINES.clear()
    _begun_form.cache_clear()
    _REFUSALS.clear()
    reading.derivation.cache_clear()


class _Kept(Generic[T]):
    """What was put together, by all that it hangs on; when it becomes too much, everything is let go."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[Hashable, T] = {}

    def of(self, about: Hashable, put_together: Callable[..., T], *of: Any) -> T:
        found = self._known.get(about)
        if found is None:
            if len(self._known) >= self._most:
                self.clear()
            found = self._known[about] = put_together(*of)
        return found

    def clear(self) -> None:
        self._known.clear()


_DEADLINES: _Kept[Markup] = _Kept(1024)
_ENTRIES: _Kept[Markup] = _Kept(4096)
_REFUSALS: _Kept[Markup] = _Kept(256)
_SEATS: _Kept[str] = _Kept(4096)
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


_GAP = "\0"
"""Where a form that is kept leaves out what no two forms share."""


def _mould(words: _Words, form: Form) -> Sequence[str]:
    """A form around its three gaps, all of which come before what the hazard says."""
    data = form.data
    given = {*data, *(name for name, _ in form.known)}
    inputs = [
        _input(words, form.command, one, data.get(one.name))
        if one.name in given
        else _blank_input(words, form.command, one.name)
        for one in form.fields
    ]
    drawn = _macros(words, "_forms").act(form, Markup("").join(inputs), _GAP, _GAP, _GAP)
    return str(drawn).split(_GAP, 3)


def _input(words: _Words, command: str, field: Field, value: Any) -> Markup:
    return Markup(_macros(words, "_forms").input(field, field.name, value, {}, "", f"{command}-"))


@lru_cache(maxsize=4096)
def _blank_input(words: _Words, command: str, name: str) -> Markup:
    return _input(words, command, next(one for one in fields_of(command) if one.name == name), None)


_blank_form = lru_cache(maxsize=1024)(_mould)
_begun_form = lru_cache(maxsize=1024)(_mould)
"""Apart from the blank ones: what they begin with is of single hazards. Of their inputs most are blank as well."""


@lru_cache(maxsize=4096)
def _reason(words: _Words, command: str, why: str, grounds: str) -> Markup:
    return Markup(_macros(words, "_bits").reason(command, why, grounds))


@lru_cache(maxsize=64)
def _suggestions(words: _Words, lists: frozenset[str]) -> Markup:
    return Markup(_macros(words, "_bits").suggestions(lists, _LANGUAGES[words].book))


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
