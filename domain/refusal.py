"""The one way the core says no: a sentence a duty officer understands, a stable code and its source."""

from __future__ import annotations

from domain.values import Value


class FieldError(Value):
    """One bad field of a form: dotted path, what is wrong with it."""

    field: str
    message: str


class Refused(Value):
    """A refusal as a value.

    ``status`` is the HTTP status it maps to (403 not your right, 409 not in this state, 412 stale, 422
    the form). ``code`` is stable, e.g. ``T19.plan-beyond-cap``; ``requirement`` names the rule's source.
    """

    status: int
    code: str
    requirement: str
    zh: str
    en: str
    errors: tuple[FieldError, ...] = ()


class Refusal(Exception):
    """Raised by the core when a command may not be carried out. Nothing has changed."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused)
        self.refused = refused

    def __str__(self) -> str:
        return f"{self.refused.code}: {self.refused.zh} / {self.refused.en}"


def refuse(
    status: int, code: str, requirement: str, zh: str, en: str, errors: tuple[FieldError, ...] = ()
) -> Refusal:
    return Refusal(Refused(status=status, code=code, requirement=requirement, zh=zh, en=en, errors=errors))
