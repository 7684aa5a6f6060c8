"""What the command line asks of the auditors' room. Prints; answers the exit status."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec

from audit import words
from audit.casefile import NoSuchHazard, opened, record
from audit.travel import Moment, NoSuchPoint
from settings import Settings
from storage.accesslog import Looked
from storage.errors import StorageError

P = ParamSpec("P")


class BadInput(Exception):
    """One line that says what to do."""


def _answering(command: Callable[P, int]) -> Callable[P, int]:
    """Bad input is one line and status 2."""

    @wraps(command)
    def asked(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            return command(*args, **kwargs)
        except (NoSuchHazard, NoSuchPoint, StorageError, BadInput) as error:
            print(error, file=sys.stderr)
            return 2

    return asked


@_answering
def show_moment(settings: Settings, hazard: str, at: str | None, lang: str, as_json: bool) -> int:
    spoken = _lang(lang)
    with record(settings) as database:
        moment = opened(database, hazard, Looked.MOMENT).moment(at, datetime.now(UTC))
    if as_json:
        _print_json(_moment_json(moment))
    else:
        _print(words.moment_lines(moment, spoken))
    return 0


@_answering
def tell_why(settings: Settings, hazard: str, seq: int | None, lang: str, as_json: bool) -> int:
    spoken = _lang(lang)
    with record(settings) as database:
        case = opened(database, hazard, Looked.REASONS)
    account = case.account(seq)
    state = case.steps[-1].after
    organisation = case.library.rules(state.rules, state.calendar).book.organisation
    if as_json:
        _print_json(account.model_dump(mode="json"))
    else:
        _print(words.account_lines(account, organisation, spoken))
    return 0


def _moment_json(moment: Moment) -> dict[str, Any]:
    return {
        "at": moment.at.isoformat(),
        "seq": moment.step.event.seq,
        "hash": moment.step.event.hash,
        "state": moment.state.model_dump(mode="json", exclude={"done"}),
        "deadlines": [one.explanation.model_dump(mode="json") for one in moment.deadlines],
        "readers": moment.readers.model_dump(mode="json"),
        "said": [one.model_dump(mode="json") for one in moment.said],
        "evidence": [one.model_dump(mode="json") for one in moment.evidence],
        "forecast": [one.model_dump(mode="json") for one in moment.foreseen],
    }


def _lang(lang: str) -> words.Lang:
    if lang not in ("zh", "en"):
        raise BadInput(f"没有语言“{lang}”，请用 zh 或 en | no language {lang!r}: zh or en")
    return "en" if lang == "en" else "zh"


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))
