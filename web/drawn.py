"""Forms as they stand before anybody has typed: put together once for each command, language and beginning.

An officer's page holds a dozen of them, closed; drawing each of their inputs anew took longer than all the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from web.fields import fields_of
from web.language import Language
from web.templating import template


def inputs(language: Language, command: str, data: Mapping[str, Any]) -> Markup:
    """The inputs of a command's own form, in the words of the reader's district, with ``data`` filled in."""
    words = (language.code, language.book.digest if language.book else "")
    if words not in _MODULES:
        _MODULES[words] = template("_forms").make_module(
            {"say": language.say, "of": language.of, "either": language.either, "chinese": language.chinese}
        )
    return _inputs(words, command, json.dumps(data, ensure_ascii=False, sort_keys=True))


_MODULES: dict[tuple[str, str], Any] = {}
"""The macros of forms, in a language and the words of a district (by its rulebook)."""


@lru_cache(maxsize=1024)
def _inputs(words: tuple[str, str], command: str, said: str) -> Markup:
    return Markup(_MODULES[words].inputs(fields_of(command), "", json.loads(said), {}, "", f"{command}-"))
