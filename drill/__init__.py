"""Drills: scenario files played on the pure core with a virtual clock, or on a real Temporal server.

``run`` plays files and answers with one :class:`Result` each. A scenario says who does what when, and what
is then to be found; the first difference ends its file. The same file plays on both, in the same words.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from drill import words
from drill.compare import Difference
from drill.core import CoreWorld
from drill.play import NoEngine, Result, StepRun, play
from drill.scenario import Scenario, ScenarioError, read

__all__ = [
    "Difference",
    "NoEngine",
    "Result",
    "Scenario",
    "ScenarioError",
    "StepRun",
    "exit_status",
    "main",
    "read",
    "run",
]

Tell = Callable[[str], None]


def run(
    paths: Iterable[Path | str], engine: bool = False, *, lang: words.Lang = "zh", tell: Tell | None = None
) -> list[Result]:
    """Play each file and answer with its result. ``tell`` is given every line of the account as it happens.

    ``engine`` plays on a Temporal server of our own, with time skipping; that may raise
    :class:`NoEngine`. The milliseconds of a result include reading its file; what all
    files share, a district's rulebook and the shipped calendars, is read once and counts for the first.
    """
    files = [Path(path) for path in paths]
    say = tell or (lambda _line: None)
    if not engine:
        return [_one(file, _on_core, say, lang) for file in files]
    from drill.engine import Session  # loads the Temporal client, which a drill on the core does not need

    with Session() as session:
        return [_one(file, session.play, say, lang) for file in files]


def main(paths: Iterable[Path | str], engine: bool = False, lang: str = "zh", as_json: bool = False) -> int:
    """``qingling drill``: print the account, or with ``as_json`` the results, and answer the exit status."""
    spoken: words.Lang = "en" if lang == "en" else "zh"
    try:
        results = run(paths, engine, lang=spoken, tell=None if as_json else _print)
    except NoEngine as missing:
        print(missing, file=sys.stderr)
        return 2
    if as_json:
        print(
            json.dumps([result.model_dump(mode="json") for result in results], ensure_ascii=False, indent=2)
        )
    return exit_status(results)


def _print(line: str) -> None:
    print(line, flush=True)


def exit_status(results: Sequence[Result]) -> int:
    """0 when all went as written, 1 when something differs, 2 when a file cannot be used."""
    return max((result.status for result in results), default=0)


def _on_core(scenario: Scenario, on_step: Callable[[StepRun], None]) -> Result:
    return play(scenario, CoreWorld(), on_step)


def _one(
    file: Path, on: Callable[[Scenario, Callable[[StepRun], None]], Result], say: Tell, lang: words.Lang
) -> Result:
    started = time.perf_counter()
    try:
        scenario = read(file)
    except ScenarioError as error:
        result = Result(file=str(file), status=2, error=str(error))
    else:
        say(words.heading(scenario, lang))
        result = on(scenario, lambda step: say(words.line(step, lang)))
    result = result.model_copy(update={"milliseconds": round((time.perf_counter() - started) * 1000, 1)})
    for line in words.closing(result, lang):
        say(line)
    return result
