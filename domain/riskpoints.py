"""Risk points (风险点): places and matters that carry a graded risk, and the record of what became of each.

The other half of the double prevention (双重预防, RSK-06): a risk point says where something may go wrong and how
it is controlled, a hazard that the control has failed. A point's state follows from the entries about it alone; an
entry carries its consequences. Points are matters: the texts take neither telephone nor identity numbers.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.events import chain_hash
from domain.forms import Form
from domain.library import canonical
from domain.organisation import Actor
from domain.risk import Grade
from domain.texts import Day, Line, OptionalLine, OptionalText, Text, says_something
from domain.values import Colour, Digest, Labelled, UnitId, Value, local

# ── what people write ────────────────────────────────────────────────────────────────────────────────

_OF_A_PERSON = re.compile(r"(?<!\d)(1[3-9]\d{9}|0\d{2,3}-\d{7,8}|\d{17}[\dXx])(?!\d)")
"""Numbers of mobile and fixed telephones, and of identity cards."""


def impersonal(text: str) -> str:
    if _OF_A_PERSON.search(text):
        raise ValueError(
            "names a telephone or identity number; write of places and matters 不得写电话、证件号码，只写场所和事项"
        )
    return text


class PointKind(Labelled):
    """What kind of thing carries the risk."""

    PLACE = "place", "场所、区域", "place or area"
    FACILITY = "facility", "设施、部位", "facility"
    CROWDED = "crowded", "人员密集场所", "crowded place"
    EVENT = "event", "大型群众性活动", "large event"
    MAJOR_SOURCE = "major_source", "重大危险源", "major hazard source"


class Description(Form):
    """What a risk point is, where it lies, and who answers for it (RSK-03)."""

    name: Annotated[Line, AfterValidator(impersonal)]
    kind: PointKind = PointKind.PLACE
    place: Annotated[
        str, Field(min_length=1, max_length=500), AfterValidator(says_something), AfterValidator(impersonal)
    ]
    subdistrict: Line | None = None
    grid: Line | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    code: Line | None = None
    category: Annotated[int, Field(ge=1, le=4)] | None = None
    sub_item: Annotated[int, Field(ge=1, le=11)] | None = None
    department: Line = Field(title="责任部门")
    accountable: Annotated[Line, AfterValidator(impersonal)] = Field(title="责任单位（主体责任单位）")
    """The enterprise or institution that runs it, by name: an organisation, never a person."""
    enterprise: Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$")] | None = None
    held_from: Day | None = Field(None, title="活动首日")
    held_until: Day | None = Field(None, title="活动末日")


class ControlPlan(Form):
    """风险管控方案 (PLN-05): under which document, what is done, what if it goes wrong."""

    document: Line = Field(title="方案文号")
    measures: Annotated[Text, AfterValidator(impersonal)] = Field(title="管控措施")
    contingency: OptionalText = Field("", title="应急处置")
    supervision: OptionalText = Field("", title="对主体责任单位的督促、指导")


class Assessment(Form):
    """A risk assessment: the grade with its ground (LEC values, or a colour and why), and what follows from it."""

    grade: Grade
    assessed_on: Day = Field(title="评估日期")
    conclusion: Annotated[OptionalText, AfterValidator(impersonal)] = Field("", title="评估结论")
    document: OptionalLine = Field("", title="评估报告文号")
    measures: Annotated[Text, AfterValidator(impersonal)] = Field(title="现行管控措施")
    plan: ControlPlan | None = Field(None, title="风险管控方案（红、橙必填）")
    review_on: Day = Field(title="复评日期")


class Registration(Description):
    """登记风险点 with its first grade."""

    do: Literal["register"] = "register"
    assessment: Assessment = Field(title="风险评估")


class Regrade(Assessment):
    """评定或调整等级: the measures are said anew with the colour (RSK-01)."""

    do: Literal["grade"] = "grade"


class Amend(Description):
    """变更: the whole description as it is from now on, and why."""

    do: Literal["amend"] = "amend"
    reason: Text = Field(title="变更理由")


class Declare(Form):
    """重大危险源辨识与申报 (RSK-07); levels one (the worst) to four."""

    do: Literal["declare"] = "declare"
    level: Annotated[int, Field(ge=1, le=4)] = Field(title="重大危险源级别（1–4 级）")
    identified_on: Day = Field(title="辨识日期")
    ground: Annotated[Text, AfterValidator(impersonal)] = Field(title="辨识依据")
    declared_on: Day = Field(title="申报日期")
    authority: Line = Field(title="受理申报的机关")
    document: Line = Field(title="申报（备案）编号")


class Retire(Form):
    """注销: the point carries no risk any more."""

    do: Literal["retire"] = "retire"
    reason: Text = Field(title="注销理由")


Command = Registration | Regrade | Amend | Declare | Retire
FORMS: dict[str, type[Form]] = {
    form.model_fields["do"].default: form for form in (Registration, Regrade, Amend, Declare, Retire)
}
"""Every command about a risk point by its name."""


class Order(Value):
    """A command with who gives it. The same ``key`` again changes nothing."""

    command: Annotated[Command, Field(discriminator="do")]
    actor: Actor
    key: str

    def digest(self, point: str) -> str:
        """Tells a repeated command from another one, or another seat's, or about another point, under the same key."""
        text = f"{self.command.do}{canonical(self.command)}{self.actor.unit}:{self.actor.role}{point}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


# ── what happened ────────────────────────────────────────────────────────────────────────────────────


class Kind(Labelled):
    REGISTERED = "registered", "登记", "registered"
    GRADED = "graded", "评定等级", "graded"
    AMENDED = "amended", "变更", "amended"
    DECLARED = "declared", "申报", "declared"
    RETIRED = "retired", "注销", "retired"


class Entry(Value):
    """One entry of a district's record of risk points. ``at`` is when it was decided.

    ``colour`` is the colour from then on and ``before`` the one until then, where the entry is about a grade.
    Units of ``described`` are ids.
    """

    profile: str
    seq: int = 0
    point: str
    kind: Kind
    at: datetime
    actor: Actor
    rules: Digest
    described: Description | None = None
    assessment: Assessment | None = None
    colour: Colour | None = None
    before: Colour | None = None
    declaration: Declare | None = None
    reason: str = ""
    key: str
    digest: str
    prev: str = ""
    hash: str = ""

    @property
    def body(self) -> str:
        """The text that is hashed."""
        return canonical(self, exclude={"prev", "hash"})

    def placed(self, seq: int, prev: str) -> Entry:
        """The entry in its place of the chain, sealed."""
        placed = self.model_copy(update={"seq": seq})
        return placed.model_copy(update={"prev": prev, "hash": chain_hash(prev, placed.body)})


# ── what stands ──────────────────────────────────────────────────────────────────────────────────────


class RiskPoint(Value):
    """A risk point as it stands."""

    number: str
    """``QP-R-000001``: given in order, never again."""
    described: Description
    assessment: Assessment
    colour: Colour
    declaration: Declare | None = None
    registered_at: datetime
    registered_by: UnitId
    updated_at: datetime
    retired_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.retired_at is None

    def review_due(self, today: date) -> bool:
        return self.open and self.assessment.review_on < today


def evolve(point: RiskPoint | None, entry: Entry) -> RiskPoint:
    """The state after an entry. Raises ``ValueError`` when it does not follow."""
    at = local(entry.at)
    if entry.kind is Kind.REGISTERED:
        if point is not None or not (entry.described and entry.assessment and entry.colour):
            raise ValueError(f"{entry.point} seq {entry.seq} does not register a new risk point")
        return RiskPoint(
            number=entry.point,
            described=entry.described,
            assessment=entry.assessment,
            colour=entry.colour,
            registered_at=at,
            registered_by=entry.actor.unit,
            updated_at=at,
        )
    if point is None or point.number != entry.point:
        raise ValueError(f"{entry.point} seq {entry.seq} is about a risk point that was never registered")
    said = {
        "described": entry.described,
        "assessment": entry.assessment,
        "colour": entry.colour,
        "declaration": entry.declaration,
        "retired_at": at if entry.kind is Kind.RETIRED else None,
    }
    new = {name: value for name, value in said.items() if value is not None}
    return point.model_copy(update={**new, "updated_at": at})


# ── beside its hazards ───────────────────────────────────────────────────────────────────────────────

WORST_FIRST = tuple(Colour)


def to_regrade(point: Colour, hazards: tuple[Colour, ...]) -> Colour | None:
    """The colour that its open hazards speak for, where it is worse than the point's own: a proposal to regrade,
    which people may follow (RSK-06)."""
    worst = min(hazards, key=WORST_FIRST.index, default=None)
    return worst if worst and WORST_FIRST.index(worst) < WORST_FIRST.index(point) else None
