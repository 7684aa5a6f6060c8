"""Forms as they stand before anybody has typed: put together once for each command, language and beginning.

An officer's page holds a dozen of them, closed; drawing each of their inputs anew took longer than all the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup

from web.fields import fields_of
from web.language import Language
from web.templating import template


def inputs(language: Language, command: str, data: Mapping[str, Any]) -> Markup:
    """The inputs of a command's own form, with ``data`` filled in."""
    return _inputs(language.code, command, json.dumps(data, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=1024)
def _inputs(code: str, command: str, said: str) -> Markup:
    return Markup(_module(code).inputs(fields_of(command), "", json.loads(said), {}, "", f"{command}-"))


@cache
def _module(code: str) -> Any:
    language = Language(code)
    return template("_forms").make_module(
        {"say": language.say, "of": language.of, "either": language.either, "chinese": language.chinese}
    )
