"""What the API answers about a hazard's past: how it stood at a moment, and why each event happened."""

from __future__ import annotations

from datetime import datetime

from api.records import DerivationView, ForeseenView, derivations_view, forecast_view
from api.views import HazardView, Named, UnitView, View, Words, hazard_view
from audit.life import TEXTS, Piece, Said, Step, words_of
from audit.reasons import Account, Derivation, Reason
from audit.travel import Moment
from domain.catalogue import responsible
from domain.commands import Report
from domain.hazard import allowed
from domain.library import Rulebook
from domain.organisation import Actor, Role
from domain.values import UnitId
from service.reading import Seen
from storage.readmodel import Opened


class ReadersView(View):
    """Who could see the hazard then."""

    units: list[UnitView]
    roles: list[Role]


class SaidView(View):
    seq: int
    at: datetime
    actor: Actor
    command: str
    field: str
    label: Words
    text: str


class ThenView(View):
    """The moment: the last event by then, what was known, who could see it, what was foreseen."""

    at: datetime
    seq: int
    type: str
    zh: str
    en: str
    hash: str
    rulebook: str
    rulebook_version: str
    calendar: str
    calendar_version: str
    readers: ReadersView
    derivations: list[DerivationView]
    said: list[SaidView]
    evidence: list[Piece]
    forecast: list[ForeseenView]


class MomentView(HazardView):
    """The hazard as it stood at a moment. ``allowed_commands`` are what the caller might have done then."""

    then: ThenView


def moment_view(moment: Moment, first: Step, caller: Actor) -> MomentView:
    rules, state, event = moment.rules, moment.state, moment.step.event
    named = Named(rules.book)
    zh, en = words_of(event)
    seen = hazard_view(_seen(moment, first, caller))
    then = ThenView(
        at=moment.at,
        seq=event.seq,
        type=event.type,
        zh=zh,
        en=en,
        hash=event.hash,
        rulebook=state.rules,
        rulebook_version=rules.book.version,
        calendar=state.calendar,
        calendar_version=rules.calendar.version,
        readers=ReadersView(units=named.units(moment.readers.units), roles=list(moment.readers.central)),
        derivations=derivations_view(state, moment.deadlines, named).items,
        said=[_said(one) for one in moment.said],
        evidence=list(moment.evidence),
        forecast=forecast_view(moment.foreseen, named).items,
    )
    return MomentView(**{name: getattr(seen, name) for name in HazardView.model_fields}, then=then)


def _seen(moment: Moment, first: Step, caller: Actor) -> Seen:
    """The moment in the form of a present hazard; what only the report says is in its first event."""
    rules, state, form = moment.rules, moment.state, first.event.command
    assert isinstance(form, Report)
    item = rules.book.catalogue.by_code.get(state.code or "")
    return Seen(
        opened=Opened(
            state=state,
            description=form.description,
            occurred_at=form.occurred_at,
            updated_at=moment.step.event.at,
            external_source=form.external_source,
            external_number=form.external_number,
        ),
        rules=rules,
        allowed=allowed(rules, state, caller, moment.at),
        item=item,
        suggested=responsible(item, rules.book.organisation, state.subdistrict) if item else None,
    )


def _said(said: Said) -> SaidView:
    zh, en = TEXTS[said.field]
    return SaidView(**dict(said), label=Words(zh=zh, en=en))


class ReasonsView(View):
    """Why: reasons of events, derivations of deadlines as they were set, and the names of the units in them."""

    units: list[UnitView]
    reasons: list[Reason]
    deadlines: list[Derivation]


def reasons_view(account: Account, book: Rulebook) -> ReasonsView:
    units: dict[UnitId, None] = {}
    for reason in account.reasons:
        units |= dict.fromkeys((reason.actor.unit, *(told.unit for told in reason.told)))
    units |= dict.fromkeys(one.clock.bearer for one in account.deadlines)
    return ReasonsView(
        units=Named(book).units(units),
        reasons=list(account.reasons),
        deadlines=list(account.deadlines),
    )
