"""What the filters of lists offer: values with their words, in a district."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from domain.organisation import Organisation, Unit
from domain.values import Labelled
from web.language import Language

Options = Callable[[Language], Sequence[tuple[str, str]]]
"""What may be chosen in a district: value and words."""


def all_of(values: Iterable[Labelled]) -> Options:
    """Every member of an enumeration."""

    def options(language: Language) -> list[tuple[str, str]]:
        return [(one.value, language.of(one)) for one in values]

    return options


def units(which: Callable[[Unit, Organisation], bool]) -> Options:
    """The units of a district that ``which`` is true of, by name, in the order of its organisation."""

    def options(language: Language) -> list[tuple[str, str]]:
        organisation = language.district.organisation
        return [
            (one.id, language.either(one.name, one.en))
            for one in organisation.units
            if which(one, organisation)
        ]

    return options


HANDLING = units(lambda one, _: one.handles)
"""Units that hazards are assigned to."""
