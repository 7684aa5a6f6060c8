"""The figures of the bulletins and dashboards (F21), each defined once with its 口径.

Whoever shows a figure shows this text with it. What is counted in a period is counted by the instant of
the deed: a clearance belongs to the period in which it was recognised, whenever the hazard was found.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal

from domain.values import SHANGHAI, Labelled, Value


class Figure(Labelled):
    """A figure, with its name as people know it; its 口径 stands in :data:`DEFINITIONS`."""

    FOUND = "found", "发现数", "hazards found"
    CLEARED = "cleared", "清零数", "hazards cleared"
    ON_SPOT = "on_spot", "即查即改率", "fixed on the spot"
    ON_TIME = "on_time", "按期清零率", "cleared on time"
    OVERDUE = "overdue", "超期数", "hazards that ran late"
    LATE = "late", "期末超期未清零数", "late and not cleared at the end"
    OPEN = "open", "期末未清零数", "open at the end"
    FIRST_TIME = "first_time", "认定一次通过率", "recognised at the first attempt"
    RELAPSE = "relapse", "回潮率", "relapses"
    RETURN = "return", "退单率", "transfers sent back"
    FOUND_FIRST = "found_first", "先行发现率", "found before anybody complained"
    WITHIN_TIER = "within_tier", "矛盾就地化解率", "disputes settled in their own tier"

    @property
    def definition(self) -> Definition:
        return DEFINITIONS[self]


class Definition(Value):
    """The 口径 of a figure: what is counted, what it is divided by, and where it comes from."""

    kind: Literal["count", "rate"]
    zh: str
    en: str
    source: str
    target: float | None = None
    """What the district aims at, as a share; ``None`` where nobody has said."""


DEFINITIONS: dict[Figure, Definition] = {
    Figure.FOUND: Definition(
        kind="count",
        zh="期内登记的隐患，按登记单位统计；核查不属实和并案的不计。",
        en="Hazards registered in the period, by registering unit; unfounded and merged ones are left out.",
        source="F21, REG-05",
    ),
    Figure.CLEARED: Definition(
        kind="count",
        zh="期内销号的隐患轮次，按销号时间和销号时的管辖单位统计；此后回潮的不扣减。",
        en="Rounds struck off in the period, by the time of striking off and the unit that owned the hazard "
        "then; a later relapse takes nothing away.",
        source="F21, VER-05",
    ),
    Figure.ON_SPOT: Definition(
        kind="rate",
        zh="期内发现的隐患中，当场整改并销号的所占比例。",
        en="Of the hazards found in the period, the share fixed and struck off on the spot.",
        source="F21, REG-04",
    ),
    Figure.ON_TIME: Definition(
        kind="rate",
        zh="按期报结并销号的轮次，除以期内销号的轮次与期末超期未清零的轮次之和；"
        "以报结时间为准，认定所用时间不计；无整治期限的轮次不计。",
        en="Rounds reported done by their due date and struck off, divided by all rounds struck off in the "
        "period and those late and not cleared at its end; the moment of submission counts, not that of the "
        "recognition; rounds without a due date are left out.",
        source="F21, PLN-01, I6",
    ),
    Figure.OVERDUE: Definition(
        kind="count",
        zh="期内整治（含返工）期限届满时仍未报结的隐患轮次，按当时的责任单位统计；一个轮次只计一次。",
        en="Rounds whose remediation (or rework) deadline passed in the period before the work was reported "
        "done, by the unit that answered for it then; each round counts once.",
        source="F21",
    ),
    Figure.LATE: Definition(
        kind="count",
        zh="整治期限在期末前已届满、期末仍未清零，且未获准延期、未转入重点防控的隐患轮次。",
        en="Rounds whose remediation deadline had passed by the end of the period and that were neither "
        "cleared nor given an extension nor put under key control since.",
        source="F21, REM-02",
    ),
    Figure.OPEN: Definition(
        kind="count",
        zh="期末尚未清零的隐患，含超期、研判、认定、重点防控中的；已销号、不属实、并案、移交的不计；"
        "分单位按统计时的管辖单位。",
        en="Hazards not cleared at the end of the period: late ones, those under triage, recognition or key "
        "control included; struck off, unfounded, merged and handed over ones are not. By unit they stand "
        "with the one that owns them when the figure is made.",
        source="F21, REM-02",
    ),
    Figure.FIRST_TIME: Definition(
        kind="rate",
        zh="期内作出首次清零认定的轮次中，一次通过的所占比例；一般整治以本单位清零评估为认定，"
        "提级由清零办认定，挂牌以验收为认定；当场整改的不计。",
        en="Of the rounds whose clearance was first decided on in the period, the share that passed; the "
        "unit's own assessment is the decision for general hazards, the office's recognition for upgraded "
        "ones, the acceptance for listed ones; those fixed on the spot are left out.",
        source="F21, VER-01, VER-03",
    ),
    Figure.RELAPSE: Definition(
        kind="rate",
        zh="期内回头看或新的报告认定回潮的次数，除以期内回头看结论总数（巩固与回潮之和）。",
        en="Relapses established in the period, by look-back or by a new report, divided by all conclusions "
        "on cleared hazards (held and relapsed).",
        source="F21, LBK-03",
    ),
    Figure.RETURN: Definition(
        kind="rate",
        zh="期内退单次数，除以期内转递（交办）次数。",
        en="Transfers sent back in the period, divided by transfers made in it.",
        source="F21, MOD-17",
    ),
    Figure.FOUND_FIRST: Definition(
        kind="rate",
        zh="期内发现的隐患中，由巡查、排查、联勤等自行发现的所占比例；其余来自热线、媒体、舆情、信访和模型等外部渠道。",
        en="Of the hazards found in the period, the share found by patrols and inspections of one's own; the "
        "others came through the hotline, media, petitions and other outside channels.",
        source="F21, N16",
        target=0.85,
    ),
    Figure.WITHIN_TIER: Definition(
        kind="rate",
        zh="期内销号的四类风险第二、三类（矛盾纠纷）轮次中，由村居、管区或街镇按一般整治化解的所占比例。",
        en="Of the disputes (risk categories 2 and 3) struck off in the period, the share settled as general "
        "hazards by a village, a zone or a sub-district.",
        source="MOD-22",
    ),
}


class Share(Value):
    """A rate as its two counts; without a whole there is no rate."""

    part: int = 0
    whole: int = 0

    @property
    def rate(self) -> float | None:
        """From 0 to 1, or ``None`` when nothing was counted."""
        return self.part / self.whole if self.whole else None

    @property
    def percent(self) -> str:
        """``"98.2%"``, or a dash when nothing was counted."""
        return "—" if not self.whole else f"{100 * self.part / self.whole:.1f}".removesuffix(".0") + "%"


class Figures(Value):
    """All figures of a period, of one unit or of all that the reader may see."""

    found: int = 0
    cleared: int = 0
    on_spot: Share = Share()
    on_time: Share = Share()
    overdue: int = 0
    late: int = 0
    open: int = 0
    first_time: Share = Share()
    relapse: Share = Share()
    returned: Share = Share()
    found_first: Share = Share()
    within_tier: Share = Share()

    def of(self, figure: Figure) -> int | Share:
        value: int | Share = getattr(self, "returned" if figure is Figure.RETURN else figure.value)
        return value

    def text(self, figure: Figure) -> str:
        """The figure as it is printed: a count, or a percentage."""
        value = self.of(figure)
        return value.percent if isinstance(value, Share) else str(value)


class Period(Value):
    """From an instant on, up to another that is not included itself; both in Asia/Shanghai."""

    start: datetime
    end: datetime
    zh: str
    en: str

    @property
    def last_day(self) -> date:
        return (self.end - timedelta(microseconds=1)).astimezone(SHANGHAI).date()


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def month(year: int, number: int) -> Period:
    """Raises ``ValueError`` for a month there is not."""
    first = date(year, number, 1)
    following = date(year + (number == 12), number % 12 + 1, 1)
    return Period(
        start=_midnight(first),
        end=_midnight(following),
        zh=f"{year}年{number}月",
        en=f"{_MONTHS[number - 1]} {year}",
    )


def month_of(day: date) -> Period:
    return month(day.year, day.month)


def week_of(day: date) -> Period:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return Period(
        start=_midnight(monday),
        end=_midnight(monday + timedelta(days=7)),
        zh=f"{monday:%m-%d}起一周",
        en=f"week of {monday:%m-%d}",
    )


def year_of(year: int) -> Period:
    return Period(
        start=_midnight(date(year, 1, 1)), end=_midnight(date(year + 1, 1, 1)), zh=f"{year}年", en=str(year)
    )


def latest(step: Literal["week", "month"], day: date, count: int) -> tuple[Period, ...]:
    """The period that ``day`` lies in and those before it, ``count`` in all, the earliest first."""
    periods: list[Period] = []
    while len(periods) < count:
        period = week_of(day) if step == "week" else month_of(day)
        periods.append(period)
        day = period.start.date() - timedelta(days=1)
    return tuple(reversed(periods))


AGES = (7, 30, 60, 90, 180, 365)
"""Upper bounds in calendar days of the ageing buckets; the last bucket has none."""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), SHANGHAI)
