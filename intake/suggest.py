"""Suggests catalogue codes for a text, each with its ground: the words that made us think of it.

A suggestion is a hint to whoever verifies the report. Nothing is set by it, and a message that is no
hazard should get none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from domain.catalogue import Catalogue, Item
from domain.values import Value

AT_MOST = 3

FOUND, IN_THE_TITLE, SAID_AGAIN, A_WISH = 3.0, 2.0, 1.0, -4.0
"""Points. What the title says counts for more; a question or a wish is hardly ever a finding."""

LEAST = 4.0
"""Below this, words said once in passing, a suggestion is more often wrong than right."""

_KEYWORDS = Path(__file__).with_name("keywords.yaml")
_TITLE = 60
_NEAR = 12
"""Characters before and after a thing within which its fault must be named."""


class Suggestion(Value):
    """A code that may fit. ``score`` only ranks; ``ground`` are the words found, as the text has them."""

    code: str
    name: str
    score: float
    ground: tuple[str, ...]


def suggest(text: str, catalogue: Catalogue) -> tuple[Suggestion, ...]:
    """Up to three codes for a text whose first line is its title, the best first."""
    text = text.strip()
    title = text.partition("\n")[0][:_TITLE]
    lexicon = _lexicon(catalogue)
    less = A_WISH if lexicon.wish.search(title) else 0.0
    found = [
        Suggestion(code=item.code, name=item.name, score=score, ground=ground)
        for item, ground, places in _sightings(lexicon, text)
        if (score := _score(places, len(title)) + less) >= LEAST
    ]
    found.sort(key=lambda one: (-one.score, -max(map(len, one.ground)), one.code))
    return tuple(found[:AT_MOST])


def _score(places: list[int], title: int) -> float:
    said_in_title = any(place < title for place in places)
    return FOUND + said_in_title * IN_THE_TITLE + (len(places) > 1) * SAID_AGAIN


# -- the words ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Lexicon:
    """The words of one catalogue, compiled."""

    catalogue: Catalogue
    events: tuple[tuple[Item, re.Pattern[str]], ...]
    things: re.Pattern[str]
    thing_of: dict[str, Item]
    faults: re.Pattern[str]
    wish: re.Pattern[str]


_last: list[_Lexicon] = []


def _lexicon(catalogue: Catalogue) -> _Lexicon:
    """A process knows few catalogues; those it has seen are kept, and compared by identity."""
    for lexicon in _last:
        if lexicon.catalogue is catalogue:
            return lexicon
    lexicon = _compiled(catalogue)
    _last[:] = [lexicon, *_last[:7]]
    return lexicon


@cache
def _keywords() -> dict[str, Any]:
    keywords: dict[str, Any] = yaml.safe_load(_KEYWORDS.read_text("utf-8"))
    return keywords


def _compiled(catalogue: Catalogue) -> _Lexicon:
    said = _keywords()
    thing_of: dict[str, Item] = {}
    events = []
    for item in catalogue.items:
        if _is_thing(item):
            thing_of |= dict.fromkeys((*said["things"].get(item.code, ()), *_names(item.name)), item)
        else:
            # Parts of an event's name that are short (施工, 处置) are everyday words.
            names = (name for name in _names(item.name) if len(name) > 3)
            words = (*said["events"].get(item.code, ()), *names)
            events.append((item, _any_of(words)))
    wishes = said["wishes"]
    begins = "|".join(map(re.escape, wishes["begins"]))
    holds = "|".join(map(re.escape, wishes["holds"]))
    return _Lexicon(
        catalogue=catalogue,
        events=tuple(events),
        things=_any_of(thing_of),
        thing_of=thing_of,
        faults=_any_of(said["faults"]),
        wish=re.compile(f"^(?:{begins})|{holds}"),
    )


def _is_thing(item: Item) -> bool:
    """部件 are things, 事件 are events; a district's own additions follow the same letters."""
    return item.code.startswith("B")


_BRACKETS = re.compile(r"[（(].*?[)）]|[“”\"]")


def _names(name: str) -> tuple[str, ...]:
    """The words an item's own name is made of: ``乱涂写、乱张贴`` are two."""
    return tuple(part for part in re.split(r"[、，,\s]+", _BRACKETS.sub("", name)) if len(part) > 1)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """The longest word goes first, so that 路灯井盖 is not taken for 路灯."""
    patterns = (
        re.escape(word).replace("…", r"[^。！？!?；;，,\n]{0,8}?")
        for word in sorted(set(words), key=len, reverse=True)
    )
    return re.compile("|".join(patterns) or r"(?!)")


# -- in a text ---------------------------------------------------------------------------------------


def _sightings(lexicon: _Lexicon, text: str) -> Iterator[tuple[Item, tuple[str, ...], list[int]]]:
    """Each item that is found, with the words it was found by and where they stand."""
    for item, words in lexicon.events:
        found = [(match[0], match.start()) for match in words.finditer(text)]
        if found:
            yield item, tuple(dict.fromkeys(word for word, _ in found)), [place for _, place in found]
    for code, faulty in _faulty_things(lexicon, text).items():
        yield lexicon.catalogue.by_code[code], tuple(dict.fromkeys(faulty.values())), list(faulty)


def _faulty_things(lexicon: _Lexicon, text: str) -> dict[str, dict[int, str]]:
    """By code: where a thing stands together with what is wrong with it, e.g. ``路灯不亮``."""
    found: dict[str, dict[int, str]] = {}
    for thing in lexicon.things.finditer(text):
        fault = _fault_near(lexicon, text, thing.start(), thing.end())
        if fault:
            code = lexicon.thing_of[thing[0]].code
            found.setdefault(code, {})[thing.start()] = f"{thing[0]}…{fault}"
    return found


_END = re.compile(r"[。！？!?；;\n]")


def _fault_near(lexicon: _Lexicon, text: str, start: int, end: int) -> str | None:
    after = _END.split(text[end : end + _NEAR], maxsplit=1)[0]
    before = _END.split(text[max(0, start - _NEAR) : start])[-1]
    match = lexicon.faults.search(after) or lexicon.faults.search(before)
    return match[0] if match else None
