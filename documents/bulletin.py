"""每月一汇总 and 每月一通报 (CAD-03): what a bulletin says, before it is a file.

Everything in it is a count of hazards and units: no person, no place, no text that anybody wrote. Each
figure comes from :mod:`domain.figures`, and its 口径 stands in a footnote.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from documents.words import words
from domain.figures import Figure, Figures, Period, latest, month
from domain.library import Rulebook
from domain.organisation import Organisation, Unit
from domain.values import Rung, UnitId, Value, local
from service.figures import Counting
from service.reading import Reading
from storage.figures import Counted, Point
from storage.scope import Principal
from storage.supervision import Supervised

Kind = Literal["summary", "circular"]
Lang = Literal["zh", "en"]

_MONTHS_BEFORE = 6
"""Months of the chart, the bulletin's own the last."""


class Line(Value):
    """A figure of the district: this month, the month before, and what it counts."""

    figure: str
    now: str
    before: str
    definition: str
    source: str


class Row(Value):
    """A unit's line of the table, as it is printed."""

    unit: str
    found: str
    cleared: str
    on_spot: str
    on_time: str
    overdue: str
    late: str
    relapse: str
    returned: str


class Named(Value):
    """A unit that is named in a circular, with how often it was urged (催办), supervised (督办), criticised (通报)."""

    unit: str
    late: int
    l1: int
    l2: int
    l3: int


class Bulletin(Value):
    """A bulletin in one language, ready to be set."""

    kind: Kind
    lang: Lang
    letterhead: str
    """发文机关标志; nothing where the paper stays in the house."""
    number: str
    """发文字号, its places to be filled in by the office."""
    title: str
    heading: str
    """The title in the lines it is set in."""
    addressee: str
    introduction: str
    summary: str
    lines: tuple[Line, ...]
    rows: tuple[Row, ...]
    nobody: str
    """Said where no unit has anything to report."""
    supervision: str
    named: tuple[Named, ...]
    compared: str
    office: str
    date: str
    printed: str
    """印发日期."""
    day: tuple[int, int, int]
    """Year, month and day it was made."""
    as_of: str
    points: tuple[Point, ...]
    chart_title: str
    chart_told: str
    """The chart for those who do not see it."""


def parse_month(text: str) -> Period:
    """``"2026-09"``. Raises ``ValueError`` with a sentence."""
    try:
        day = datetime.strptime(text, "%Y-%m")  # noqa: DTZ007 - a month has no zone
        return month(day.year, day.month)
    except ValueError:
        raise ValueError(
            f"“{text}”不是月份，请写成 2026-09 / {text!r} is no month: write it as 2026-09"
        ) from None


async def bulletin(
    counting: Counting,
    reading: Reading,
    principal: Principal,
    period: Period,
    kind: Kind,
    lang: Lang,
    now: datetime,
) -> Bulletin:
    """The bulletin of a month, of all that ``principal`` may see. Raises ``ValueError`` for a month to come."""
    now = local(now)
    if period.start > now:
        raise ValueError(f"{period.zh}尚未到来 / {period.en} has not come yet")
    rules = await reading.rules(principal)
    earlier = latest("month", period.start.date() - timedelta(days=1), 1)[0]
    counted = await counting.period(principal, period, now)
    before = await counting.period(principal, earlier, now)
    supervised = await counting.supervision(principal, period)
    end = min(period.end - timedelta(microseconds=1), now)
    points = await counting.trend(principal, end, "month", _MONTHS_BEFORE)
    made = composed(
        rules.book.name, rules.book.en, rules.book.organisation, kind, lang, period, counted, before,
        supervised, points, now,
    )  # fmt: skip
    return made if lang == "en" else in_words_of(rules.book, made)


def in_words_of(book: Rulebook, made: Bulletin) -> Bulletin:
    """A Chinese bulletin in the district's own words; names of units stay as they are."""
    said = book.said
    texts = (
        "title", "heading", "addressee", "introduction", "summary", "nobody", "supervision", "compared",
        "chart_title", "chart_told",
    )  # fmt: skip
    lines = tuple(
        line.model_copy(update={"figure": said(line.figure), "definition": said(line.definition)})
        for line in made.lines
    )
    return made.model_copy(update={name: said(getattr(made, name)) for name in texts} | {"lines": lines})


def composed(
    district: str,
    district_en: str,
    organisation: Organisation,
    kind: Kind,
    lang: Lang,
    period: Period,
    counted: Counted,
    before: Counted,
    supervised: Sequence[Supervised],
    points: Sequence[Point],
    now: datetime,
) -> Bulletin:
    """The same from figures that have been counted."""
    now = local(now)
    w = words(lang)
    when = period.en if lang == "en" else period.zh
    where = (district_en or district) if lang == "en" else district
    total = counted.total
    office = _issuer(district, organisation.by_id[organisation.office], lang)
    named = _named(organisation, counted, supervised, lang)
    heading = w.title[kind].format(where=where, when=when)
    day = _date(now.date(), lang)
    chart = w.chart_title.format(where=where)
    return Bulletin(
        kind=kind,
        lang=lang,
        letterhead=w.letterhead[kind].format(office=office),
        number=w.number.format(year=now.year),
        title=heading.replace("\n", w.between),
        heading=heading,
        addressee=w.addressee[kind],
        introduction=w.introduction[kind].format(when=when),
        summary=w.summary.format(
            when=when,
            change=w.change(total.found - before.total.found),
            rates=w.rates(total),
            **{figure.value: total.text(figure) for figure in Figure},
        ),
        lines=tuple(_line(figure, total, before.total, lang) for figure in Figure),
        rows=tuple(_row(unit, counted.units[unit.id], lang) for unit in _reported(organisation, counted)),
        nobody=w.nobody,
        supervision=w.supervision(named),
        named=named,
        compared=w.compared,
        office=office,
        date=day,
        printed=w.printed.format(day=day),
        day=(now.year, now.month, now.day),
        as_of=w.as_of.format(at=w.moment.format(at=now)),
        points=tuple(points),
        chart_title=chart,
        chart_told=w.chart_told(chart, points),
    )


def _reported(organisation: Organisation, counted: Counted) -> list[Unit]:
    """Units with anything to report, in the order of the district's own list."""
    return [unit for unit in organisation.units if unit.id in counted.units]


def _line(figure: Figure, now: Figures, before: Figures, lang: str) -> Line:
    definition = figure.definition
    return Line(
        figure=figure.en if lang == "en" else figure.zh,
        now=now.text(figure),
        before=before.text(figure),
        definition=definition.en if lang == "en" else definition.zh,
        source=definition.source,
    )


def _row(unit: Unit, figures: Figures, lang: str) -> Row:
    shown = (Figure.FOUND, Figure.CLEARED, Figure.ON_SPOT, Figure.ON_TIME, Figure.OVERDUE, Figure.LATE)
    return Row(
        unit=_name(unit, lang),
        relapse=figures.text(Figure.RELAPSE),
        returned=figures.text(Figure.RETURN),
        **{figure.value: figures.text(figure) for figure in shown},
    )


def _named(
    organisation: Organisation, counted: Counted, supervised: Sequence[Supervised], lang: str
) -> tuple[Named, ...]:
    """Who is late at the end of the month or was supervised in it, the worst first."""
    rungs = {one.unit: one.rungs for one in supervised}
    units: list[UnitId] = [unit for unit, figures in counted.units.items() if figures.late or rungs.get(unit)]
    units += [unit for unit in rungs if rungs[unit] and unit not in units]
    found = [
        Named(
            unit=_name(unit, lang),
            late=counted.units[id].late if id in counted.units else 0,
            l1=rungs.get(id, {}).get(Rung.L1, 0),
            l2=rungs.get(id, {}).get(Rung.L2, 0),
            l3=rungs.get(id, {}).get(Rung.L3, 0),
        )
        for id in units
        if (unit := organisation.by_id.get(id))
    ]
    return tuple(sorted(found, key=lambda one: (-one.l3, -one.l2, -one.late, -one.l1, one.unit)))


def _name(unit: Unit, lang: str) -> str:
    return unit.en if lang == "en" and unit.en else unit.name


def _issuer(district: str, office: Unit, lang: str) -> str:
    """The office as papers name it to the outside: 区清零办 of 青浦区 is 青浦区清零办."""
    name = _name(office, lang)
    if lang == "en" or name.startswith(district):
        return name
    return district + name.removeprefix(district[-1])


def _date(day: date, lang: str) -> str:
    return f"{day.day} {day:%B %Y}" if lang == "en" else f"{day.year}年{day.month}月{day.day}日"
