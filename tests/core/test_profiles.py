"""The shipped districts: their units, their numbers with sources, and what the loader refuses."""

import shutil
from pathlib import Path

import pytest
import yaml

from domain.library import Rulebook
from domain.organisation import UnitType
from domain.policy import Case
from domain.values import (
    LISTING_NOTICES,
    CalendarDays,
    ClockKey,
    Colour,
    Hours,
    Mode,
    Rung,
    Urgency,
    WorkingDays,
)
from profiles.checks import CLOCKS_WITH_ROWS
from profiles.loader import (
    HERE,
    ProfileError,
    read_calendar,
    read_profile,
    read_profiles,
    shipped_calendar,
    shipped_profiles,
)
from tests.builders import seat

BOOKS = shipped_profiles()
QINGPU, PUTUO = BOOKS["qingpu"], BOOKS["putuo"]
POLICY = QINGPU.policy
NORMAL, URGENT, FLASH = Urgency.NORMAL, Urgency.URGENT, Urgency.FLASH


def case(urgency: Urgency = NORMAL, code: str | None = None, category: int | None = None) -> Case:
    return Case(mode=Mode.GENERAL, urgency=urgency, code=code, category=category)


# ── the districts ────────────────────────────────────────────────────────────────────────────────────


def test_four_districts_are_shipped_each_with_a_prefix_of_its_own():
    assert {key: book.prefix for key, book in BOOKS.items()} == {
        "qingpu": "QP",
        "putuo": "PT",
        "jingan": "JA",
        "pingdu-town": "PD",
    }


@pytest.mark.requirement("ACT-04", "ACT-06")
@pytest.mark.parametrize(
    ("book", "streets"),
    [
        (
            QINGPU,
            "夏阳街道 盈浦街道 香花桥街道 赵巷镇 徐泾镇 华新镇 重固镇 白鹤镇 朱家角镇 练塘镇 金泽镇",
        ),
        (
            PUTUO,
            "曹杨新村街道 长风新村街道 长寿路街道 甘泉路街道 石泉路街道 宜川路街道 万里街道 真如镇街道 长征镇 桃浦镇",
        ),
        (
            BOOKS["jingan"],
            "江宁路街道 石门二路街道 南京西路街道 静安寺街道 曹家渡街道 天目西路街道 北站街道 宝山路街道 "
            "芷江西路街道 共和新路街道 大宁路街道 彭浦新村街道 临汾路街道 彭浦镇",
        ),
    ],
    ids=["qingpu", "putuo", "jingan"],
)
def test_all_sub_districts_and_towns_are_there(book, streets):
    named = [unit.name for unit in book.organisation.units if unit.type is UnitType.SUBDISTRICT]

    assert named == streets.split()


@pytest.mark.requirement("ACT-02", "ACT-10")
@pytest.mark.parametrize(
    "member",
    ["区府办", "区政府信访办", "区公安分局", "区司法局", "区城管执法局", "区应急局", "区城运中心"],
)
def test_the_members_of_the_task_force_are_units_under_the_plan_s_own_names(member):
    assert PUTUO.organisation.find(member).name == member


@pytest.mark.requirement("ACT-11", "ACT-15", "ACT-16", "ACT-17")
@pytest.mark.parametrize(
    ("name", "leads"),
    [
        ("区政府信访办", True),
        ("区司法局", True),
        ("区城管执法局", True),
        ("区应急局", True),
        ("区交通委", False),
    ],
)
def test_four_members_lead_their_line(name, leads):
    unit = PUTUO.organisation.find(name)
    assert unit is not None
    problem = PUTUO.organisation.seat_problem(seat(unit.id, "lead_unit"))

    assert (problem is None) == leads


@pytest.mark.requirement("ACT-03", "ACT-05", "ACT-07", "ACT-18")
@pytest.mark.parametrize(
    ("book", "called", "name", "kind"),
    [
        (QINGPU, "清零办", "区清零办", UnitType.OFFICE),
        (QINGPU, "区域运中心", "区城运中心", UnitType.TRANSFER_DESK),
        (QINGPU, "领导小组", "领导小组", UnitType.LEADING_GROUP),
        (QINGPU, "公安青浦分局", "公安青浦分局", UnitType.BUREAU),
        (PUTUO, "专班办公室", "工作专班办公室", UnitType.OFFICE),
        (PUTUO, "城运中心", "区城运中心", UnitType.TRANSFER_DESK),
        (PUTUO, "工作专班", "工作专班", UnitType.LEADING_GROUP),
        (PUTUO, "区政府", "区政府", UnitType.DISTRICT_GOV),
    ],
)
def test_central_bodies_are_found_under_the_names_of_the_plans(book, called, name, kind):
    unit = book.organisation.find(called)

    assert (unit.name, unit.type) == (name, kind)


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_the_central_seats_stand_with_office_and_desk(book):
    organisation = book.organisation
    desk = organisation.by_id[organisation.desk]

    assert organisation.by_id[organisation.office].type is UnitType.OFFICE
    assert desk.type is UnitType.TRANSFER_DESK or organisation.desk == organisation.office


@pytest.mark.requirement("ACT-20", "ACT-21", "ACT-22")
def test_the_town_has_the_bodies_that_its_plan_names():
    town = BOOKS["pingdu-town"].organisation
    kinds = {unit.type for unit in town.units}

    for name in ("派出所", "群工办", "综治办", "安监办", "司法所", "市场监管所", "安监所", "镇党委政府"):
        assert town.find(name) is not None, name
    assert town.name(town.office) == town.name(town.desk) == "镇综治办"
    assert {UnitType.ZONE, UnitType.VILLAGE_COMMITTEE, UnitType.INSTITUTION} <= kinds
    assert [unit.type for unit in town.territories] == [UnitType.ZONE] * 4
    assert town.subdistrict_in("河西管区某路口") == "guanqu-3"


@pytest.mark.requirement("ACT-01", "ACT-02", "ACT-03", "ACT-05", "ACT-06", "ACT-07")
@pytest.mark.parametrize(
    ("district", "unit", "titles", "seated_in"),
    [
        ("putuo", "zhuanban", ["组长", "副组长"], None),
        ("putuo", "office", ["办公室主任", "办公室副主任"], "gongan"),
        ("qingpu", "ldxz", ["组长", "副组长", "副组长"], None),
        ("qingpu", "office", [], "gongan"),
        ("pingdu-town", "ldxz", ["组长"], None),
    ],
)
def test_leading_groups_and_their_offices_are_data_by_post(district, unit, titles, seated_in):
    (body,) = [body for body in BOOKS[district].bodies if body.unit == unit]

    assert [seat.title for seat in body.seats] == titles
    assert body.seated_in == seated_in


@pytest.mark.requirement("ACT-02", "ACT-06")
def test_who_is_a_member_of_the_task_force_and_of_the_leading_group():
    def members(district: str, unit: str) -> list[str]:
        book = BOOKS[district]
        (body,) = [body for body in book.bodies if body.unit == unit]
        return [unit.name for unit in book.organisation.units if body.has(unit)]

    assert sorted(members("putuo", "zhuanban")) == sorted(
        ["区府办", "区政府信访办", "区公安分局", "区司法局", "区城管执法局", "区应急局", "区城运中心"]
    )
    assert {"夏阳街道", "区应急局", "西虹桥公司"} <= set(members("qingpu", "ldxz"))
    assert "区政府" not in members("qingpu", "ldxz")


@pytest.mark.requirement("ACT-04", "ACT-09", "ACT-22")
@pytest.mark.parametrize(
    ("district", "kinds"),
    [
        ("putuo", {"SUBDISTRICT"}),
        ("qingpu", {"SUBDISTRICT", "BUREAU", "DISTRICT_ENTERPRISE"}),
        ("jingan", {"SUBDISTRICT"}),
        ("pingdu-town", {"ZONE", "INSTITUTION", "VILLAGE_COMMITTEE"}),
    ],
)
def test_which_units_must_have_named_their_contacts(district, kinds):
    assert {kind.value for kind in BOOKS[district].contact_duty.types} == kinds


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_everything_that_is_shown_has_an_english_name_too(book):
    assert book.en
    assert all(unit.en for unit in book.organisation.units)
    assert all(rung.document_en for rung in book.policy.ladder)


@pytest.mark.requirement("ACT-06", "ACT-09")
def test_district_enterprises_are_members_beside_bureaus_and_towns():
    kinds = {unit.type for unit in QINGPU.organisation.units}

    assert {UnitType.DISTRICT_ENTERPRISE, UnitType.BUREAU, UnitType.SUBDISTRICT} <= kinds


# ── a rulebook is one immutable text ─────────────────────────────────────────────────────────────────


@pytest.mark.requirement("I5", "CLS-08")
def test_the_same_files_are_the_same_rulebook():
    assert shipped_profiles()["qingpu"].digest == QINGPU.digest
    assert Rulebook.model_validate_json(QINGPU.model_dump_json()) == QINGPU
    assert QINGPU.digest != PUTUO.digest


@pytest.mark.requirement("I5", "CLS-08")
def test_one_changed_word_is_another_rulebook(district):
    changed = district.replacing("en: Xiayang Sub-district", "en: Xiayang Subdistrict").read()

    assert changed.digest != QINGPU.digest


@pytest.mark.requirement("I5", "CLS-08")
def test_a_copy_that_was_given_another_word_is_another_rulebook():
    changed = QINGPU.model_copy(update={"version": "next"})

    assert changed != QINGPU
    assert changed.digest == Rulebook.model_validate_json(changed.model_dump_json()).digest
    assert QINGPU.model_copy() == QINGPU
    assert len({QINGPU, QINGPU.model_copy(), changed}) == 2


# ── the numbers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("N03", "N04", "N05", "N20", "N23", "N25", "A10")
@pytest.mark.parametrize(
    ("clock", "urgency", "limit", "cap"),
    [
        ("verify", NORMAL, Hours(24), None),
        ("verify", URGENT, Hours(2), None),
        ("verify", FLASH, Hours(1), None),
        ("sign", NORMAL, WorkingDays(1), None),
        ("sign", URGENT, Hours(2), None),
        ("sign", FLASH, Hours(1), None),
        ("plan", NORMAL, WorkingDays(2), None),
        ("plan", URGENT, Hours(4), None),
        ("plan", FLASH, Hours(2), None),
        ("remediate", NORMAL, WorkingDays(5), WorkingDays(15)),
        ("remediate", URGENT, Hours(6), Hours(36)),
        ("remediate", FLASH, Hours(6), None),
        ("extension_decision", NORMAL, WorkingDays(1), None),
        ("assess", NORMAL, WorkingDays(2), None),
        ("assess", URGENT, Hours(2), None),
        ("assess", FLASH, Hours(1), None),
        ("lookback_do", NORMAL, WorkingDays(5), None),
        ("lookback_do", FLASH, WorkingDays(5), None),
    ],
)
def test_limits_of_the_general_mode(clock, urgency, limit, cap):
    row = POLICY.row(ClockKey(clock), case(urgency))

    assert (row.limit, row.cap) == (limit, cap)


@pytest.mark.requirement("N82", "CLS-09")
@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize("category", [1, 2, 3])
def test_risk_categories_one_to_three_have_sixty_days_at_any_urgency(category, urgency):
    remediate = POLICY.row(ClockKey.REMEDIATE, case(urgency, category=category))
    plan = POLICY.row(ClockKey.PLAN, case(urgency, category=category))

    assert (remediate.limit, remediate.cap) == (CalendarDays(60), CalendarDays(90))
    assert plan.limit == WorkingDays(2)


@pytest.mark.requirement("CLS-09")
def test_urgency_still_hastens_verification_and_sign_off_of_those_categories_but_not_the_assessment():
    urgent = case(URGENT, category=2)

    assert POLICY.row(ClockKey.VERIFY, urgent).limit == Hours(2)
    assert POLICY.row(ClockKey.SIGN, urgent).limit == Hours(2)
    assert POLICY.row(ClockKey.ASSESS, urgent).limit == WorkingDays(2)


@pytest.mark.requirement("CLS-09")
def test_risk_category_four_follows_the_common_rows():
    assert POLICY.row(ClockKey.REMEDIATE, case(category=4)).id == "remediate-normal"


@pytest.mark.requirement("N21", "N22", "N23", "N20")
@pytest.mark.parametrize(
    ("clock", "code", "urgency", "row", "limit", "cap"),
    [
        ("verify", "S06-08", NORMAL, "verify-s06-08-normal", Hours(24), None),
        ("verify", "S06-08", URGENT, "verify-s06-08-urgent", Hours(2), None),
        ("verify", "S06-08", FLASH, "verify-flash", Hours(1), None),
        ("remediate", "S03-02", NORMAL, "remediate-s03-02", Hours(24), None),
        ("remediate", "S03-02", URGENT, "remediate-s03-02", Hours(24), None),
        ("remediate", "S03-02", FLASH, "remediate-s03-02", Hours(24), None),
        ("remediate", "B01-01", NORMAL, "remediate-manholes", Hours(6), Hours(36)),
        ("remediate", "B01-14", FLASH, "remediate-manholes", Hours(6), Hours(36)),
        ("remediate", "B01-15", NORMAL, "remediate-normal", WorkingDays(5), WorkingDays(15)),
        ("remediate", "S03-04", FLASH, "remediate-flash", Hours(6), None),
    ],
)
def test_limits_of_single_items_win_over_the_matrix(clock, code, urgency, row, limit, cap):
    found = POLICY.row(ClockKey(clock), case(urgency, code))

    assert (found.id, found.limit, found.cap) == (row, limit, cap)


@pytest.mark.requirement("N22")
def test_a_burst_gas_pipe_is_always_flash():
    assert POLICY.item_urgency == {"S03-04": FLASH}


@pytest.mark.requirement("A10")
@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_no_case_is_without_a_row(book):
    items = [None, *book.catalogue.by_code]
    for clock in CLOCKS_WITH_ROWS:
        for urgency in Urgency:
            for code in items:
                for category in (None, 1, 2, 3, 4):
                    assert book.policy.row(clock, case(urgency, code, category)), (clock, urgency, code)


@pytest.mark.requirement("A10")
def test_every_number_names_its_source():
    sources = [row.source for row in (*POLICY.clocks, *POLICY.ladder)]

    assert all(source.startswith(("N", "P：", "SUP-")) for source in sources)


@pytest.mark.requirement("N71", "LBK-01", "LBK-03", "CLS-07")
def test_look_backs_relapses_and_major_hazards():
    assert POLICY.lookbacks[Mode.GENERAL] == (CalendarDays(30),)
    assert POLICY.lookbacks[Mode.UPGRADED] == (CalendarDays(30), CalendarDays(90))
    assert POLICY.relapse_match == CalendarDays(180)
    assert POLICY.major_persons == 50


# ── the ladder ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("N07", "N62", "SUP-01", "SUP-03", "SUP-04")
@pytest.mark.parametrize(
    ("rung", "colour", "document", "after", "hours", "decided_by"),
    [
        (Rung.L1, Colour.YELLOW, "催办通知书", WorkingDays(1), Hours(1), None),
        (Rung.L2, Colour.ORANGE, "督办单", WorkingDays(3), Hours(4), None),
        (Rung.L3, Colour.RED, "书面通报批评", WorkingDays(6), Hours(24), None),
        (Rung.L4, Colour.RED, "约谈告诫待办", WorkingDays(11), None, "office"),
        (Rung.L5, Colour.RED, "提请追责待办", WorkingDays(20), None, "office_director"),
    ],
)
def test_rungs_of_the_ladder(rung, colour, document, after, hours, decided_by):
    row = POLICY.rung(rung)

    assert (row.colour, row.document) == (colour, document)
    assert (row.after, row.after_hours, row.decided_by) == (after, hours, decided_by)


@pytest.mark.requirement("N07", "SUP-01", "SUP-03")
@pytest.mark.parametrize(
    ("rung", "to", "cc"),
    [
        (Rung.L0, ["bearer handler", "bearer liaison"], []),
        (Rung.L1, ["bearer liaison"], ["bearer deputy_leader"]),
        (Rung.L2, ["bearer principal"], ["office office"]),
        (Rung.L3, ["all principal"], []),
        (Rung.L4, ["office office"], []),
        (Rung.L5, ["office office_director"], []),
    ],
)
def test_whom_each_rung_addresses(rung, to, cc):
    row = POLICY.rung(rung)

    assert [f"{seat.who} {seat.role}" for seat in row.to] == to
    assert [f"{seat.who} {seat.role}" for seat in row.cc] == cc


@pytest.mark.requirement("N07")
def test_a_stated_reason_is_due_in_a_day_and_can_hold_back_the_circular():
    assert POLICY.rung(Rung.L2).reason_within == WorkingDays(1)
    assert [row.rung for row in POLICY.ladder if row.unless_reason_accepted] == [Rung.L3]


@pytest.mark.requirement("N07", "N66")
def test_only_the_main_clock_and_the_rework_in_its_place_climb_the_whole_ladder_and_remind():
    full = {row.clock for row in POLICY.clocks if row.ladder == "full"}
    reminding = {row.clock for row in POLICY.clocks if row.remind}
    short = POLICY.row(ClockKey.SIGN, case())

    assert full == {ClockKey.REMEDIATE, ClockKey.REWORK}
    assert reminding == full | {ClockKey.PETITION_NOTIFY, ClockKey.PETITION_CLOSE}
    assert [rung.rung for rung in POLICY.rungs(short)] == [Rung.L1, Rung.L2]


@pytest.mark.requirement("N07", "N66")
def test_reminders_come_one_day_before_short_limits_and_three_before_sixty_days():
    assert POLICY.row(ClockKey.REMEDIATE, case()).remind == (WorkingDays(1),)
    assert POLICY.row(ClockKey.REMEDIATE, case(category=2)).remind == (WorkingDays(3),)
    assert POLICY.row(ClockKey.REMEDIATE, case(URGENT)).remind == ()


@pytest.mark.requirement("N10", "N14", "N30")
def test_whoever_has_to_decide_is_late_himself():
    bearers = {(row.clock, row.bearer) for row in POLICY.clocks if row.bearer != "owner"}

    assert bearers == {
        (ClockKey.EXTENSION_DECISION, "desk"),
        (ClockKey.EXTENSION_DECISION, "office"),
        (ClockKey.TRIAGE, "office"),
        (ClockKey.JURISDICTION, "office"),
        (ClockKey.RECOGNISE, "office"),
        (ClockKey.LISTING_REVIEW, "authority"),
        (ClockKey.PLAN_REVIEW, "sponsor"),
        (ClockKey.EXTENSION_DECISION, "sponsor"),
        (ClockKey.ACCEPT, "office"),
        *((key, "office") for key in LISTING_NOTICES),
        (ClockKey.TALK, "office"),
        (ClockKey.CONSULTATION, "lead"),
    }
    assert POLICY.row(ClockKey.EXTENSION_DECISION, case()).bearer == "desk"


# ── the modes ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("MOD-01", "A4")
def test_a_district_says_which_modes_it_has():
    assert set(QINGPU.modes) == set(Mode)
    assert set(PUTUO.modes) == {Mode.GENERAL, Mode.LISTED}


@pytest.mark.requirement("MOD-02", "N82", "N44")
@pytest.mark.parametrize("urgency", Urgency)
def test_an_upgraded_hazard_has_thirty_days_and_sixty_at_most(urgency):
    row = POLICY.row(ClockKey.REMEDIATE, Case(mode=Mode.UPGRADED, urgency=urgency))

    assert (row.limit, row.cap, row.remind) == (CalendarDays(30), CalendarDays(60), (WorkingDays(3),))


@pytest.mark.requirement("MOD-10", "VER-04")
@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize("clock", [c for c in CLOCKS_WITH_ROWS if c is not ClockKey.EXTENSION_DECISION])
def test_a_diverted_hazard_runs_by_the_clocks_of_a_general_one(clock, urgency):
    diverted = Case(mode=Mode.DIVERTED, urgency=urgency)

    assert POLICY.row(clock, diverted) == POLICY.row(clock, case(urgency))
    assert POLICY.lookback_limits(Mode.DIVERTED) == POLICY.lookback_limits(Mode.GENERAL)


@pytest.mark.requirement("CLS-09")
@pytest.mark.parametrize("clock", ["plan", "rework", "recognise", "assess"])
def test_urgency_shortens_none_of_these_for_categories_one_to_three(clock):
    rows = {POLICY.row(ClockKey(clock), Case(mode=Mode.UPGRADED, urgency=u, category=2)).id for u in Urgency}

    assert len(rows) == 1


# ── a district of one's own ──────────────────────────────────────────────────────────────────────────


class District:
    """A copy of Qingpu in a folder of its own, to be edited and read."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "mine"
        self.folder.mkdir()
        self.text = (HERE / "qingpu" / "profile.yaml").read_text("utf-8")

    def replacing(self, old: str, new: str) -> "District":
        assert old in self.text, old
        self.text = self.text.replace(old, new, 1)
        return self

    def adding(self, text: str) -> "District":
        self.text += text
        return self

    def read(self, defaults: Path = HERE) -> Rulebook:
        (self.folder / "profile.yaml").write_text(self.text, "utf-8")
        return read_profile(self.folder, defaults=defaults)


@pytest.fixture
def district(tmp_path):
    return District(tmp_path)


@pytest.mark.requirement("A10")
def test_a_district_changes_one_number_and_keeps_the_rest(district):
    book = district.adding(
        "policy: {clocks: [{id: sign-normal, limit: WD 2, source: 'P：本区规定'}]}\n"
    ).read()
    row = book.policy.row(ClockKey.SIGN, case())

    assert (row.limit, row.source, row.ladder) == (WorkingDays(2), "P：本区规定", "short")
    assert len(book.policy.clocks) == len(POLICY.clocks)
    assert book.policy.version == f"{POLICY.version}+mine-2026.11"


@pytest.mark.requirement("A10")
def test_a_district_adds_a_row_for_an_item(district):
    book = district.adding(
        "policy: {clocks: [{id: litter, clock: remediate, codes: [S01-02], limit: WD 1, ladder: full, source: N26}]}\n"
    ).read()

    assert book.policy.row(ClockKey.REMEDIATE, case(code="S01-02")).id == "litter"


@pytest.mark.requirement("A10")
def test_a_district_removes_a_row_and_the_common_one_applies(district):
    book = district.adding("policy: {clocks: [{id: remediate-manholes, remove: true}]}\n").read()

    assert book.policy.row(ClockKey.REMEDIATE, case(code="B01-01")).id == "remediate-normal"


@pytest.mark.requirement("A10", "SUP-01")
def test_a_district_changes_a_rung_and_its_look_backs(district):
    book = district.adding(
        "policy:\n"
        "  ladder: [{rung: L5, after: WD 30, source: 'P：本区规定'}]\n"
        "  lookbacks: {GENERAL: [CD 30, CD 90]}\n"
        "  major_persons: 30\n"
    ).read()

    assert book.policy.rung(Rung.L5).after == WorkingDays(30)
    assert book.policy.rung(Rung.L5).document == "提请追责待办"
    assert book.policy.lookbacks[Mode.GENERAL] == (CalendarDays(30), CalendarDays(90))
    assert book.policy.major_persons == 30


@pytest.mark.requirement("CLS-06")
def test_a_district_adds_items_to_the_catalogue(district):
    book = district.adding(
        "catalogue:\n"
        "  - {code: S03-08, class_code: S03, class_name: 突发事件, name: 电动自行车充电起火, responsible_raw: 公安（消防）部门、属地管理}\n"
    ).read()

    assert len(book.catalogue.items) == 145
    assert book.catalogue.by_code["S03-08"].name == "电动自行车充电起火"


def test_a_district_in_a_folder_elsewhere_uses_the_shared_defaults(district, tmp_path):
    district.read()

    assert list(read_profiles(tmp_path)) == ["mine"]
    assert read_profiles(tmp_path)["mine"].policy == POLICY


# ── mistakes: one line, with file, place and remedy ──────────────────────────────────────────────────

XIAYANG = (
    "{id: xiayang, name: 夏阳街道, en: Xiayang Sub-district, type: SUBDISTRICT, aliases: [夏阳街道办事处]}"
)

MISTAKES = {
    # what stands there → what somebody wrote instead, what the line says
    "unknown key": ("prefix: QP", "prefix: QP\ncolour: red", "mine/profile.yaml colour：不认识“colour”"),
    "unknown key of a unit": (
        "id: xiayang, name",
        "id: xiayang, nmae: x, name",
        "units[xiayang].nmae：不认识“nmae”",
    ),
    "missing key": ("office: office\n", "", "office：缺少“office”"),
    "missing English": (", en: Xiayang Sub-district", "", "units[xiayang].en：缺少“en”"),
    "empty name": ("name: 青浦区", "name: ''", "name：“name”不能空着"),
    "number for text": ('version: "2026.11"', "version: 2026.11", "version：“2026.11” 应是文字，请加引号"),
    "bad prefix": ("prefix: QP", "prefix: qp", "prefix：“prefix”写作 “qp”"),
    "unknown type": (
        "Sub-district, type: SUBDISTRICT",
        "Sub-district, type: STREET",
        "units[xiayang].type：“STREET” 不在可选之列",
    ),
    "bad id": ("id: xiayang", "id: 夏阳", "units[夏阳].id：单位编号须用小写英文字母"),
    "reserved id": ("id: xiayang", "id: system", "units[system].id：单位编号须用小写英文字母"),
    "unit twice": (XIAYANG, f"{XIAYANG}\n  - {XIAYANG}", "units：名称“xiayang”已用于单位“xiayang”"),
    "name twice": (
        "name: 盈浦街道,",
        "name: 夏阳街道,",
        "units[yingpu].name：名称“夏阳街道”已用于单位“xiayang”",
    ),
    "alias taken": (
        "[公安部门,",
        "[公安部门, 安监部门,",
        "aliases.gongan：名称“安监部门”已用于单位“yingjiju”",
    ),
    "territory as alias": ("[公安部门,", "[公安部门, 属地管理,", "aliases.gongan：“属地管理”按地点归街镇"),
    "alias of nobody": ("tiyuju: [", "tiyu: [", "aliases.tiyu：本区没有单位“tiyu”"),
    "no such desk": ("desk: desk", "desk: yunxing", "desk：本区没有单位“yunxing”"),
    "no such office": ("office: office", "office: qlb", "office：本区没有单位“qlb”"),
    "no such supervisor": (
        "supervisor: kewei",
        "supervisor: xinxiwei",
        "units[dianxin].supervisor：本区没有单位“xinxiwei”",
    ),
    "no supervisor": (", supervisor: kewei", "", "units[dianxin].supervisor：权属单位须写明主管委办局"),
    "supervised bureau": (
        "Sub-district, type: SUBDISTRICT",
        "Sub-district, type: SUBDISTRICT, supervisor: kewei",
        "units[xiayang].supervisor：只有权属单位才写主管委办局",
    ),
    "supervisor external": (
        "supervisor: kewei",
        "supervisor: dianli",
        "units[dianxin].supervisor：主管单位本身也是权属单位",
    ),
    "body of nobody": ("- unit: ldxz", "- unit: lingdao", "bodies[lingdao].unit：本区没有单位“lingdao”"),
    "body seated nowhere": (
        "seated_in: gongan",
        "seated_in: gong",
        "bodies[office].seated_in：本区没有单位“gong”",
    ),
    "body twice": ("{unit: office, seated_in", "{unit: ldxz, seated_in", "bodies[ldxz]：同一机构写了两次"),
    "body without source": (
        "seated_in: gongan, source: ACT-07",
        "seated_in: gongan, source: ' '",
        "bodies[office].source：没有写依据",
    ),
    "contacts of a kind the district lacks": (
        "contact_duty: {types: [BUREAU,",
        "contact_duty: {types: [ZONE,",
        "contact_duty.types：本区没有“管区”这类单位",
    ),
    "contacts the form has no room for": (
        "contact_duty: {types:",
        "contact_duty: {seats: [auditor], types:",
        "contact_duty.seats：联络员填报表里没有“审计员”",
    ),
    "item nobody answers for": (
        "minzhengju: [民政部门]",
        "minzhengju: []",
        "aliases：小类 B01-36“福利彩票亭”的责任部门",
    ),
    "ruling where none is needed": (
        "aliases:\n",
        "ruling_needed: [B01-36]\naliases:\n",
        "ruling_needed：小类 B01-36 已有责任部门",
    ),
    "ruling for no item": (
        "aliases:\n",
        "ruling_needed: [B99-01]\naliases:\n",
        "ruling_needed：目录里没有小类“B99-01”",
    ),
    "key twice": ("prefix: QP", "prefix: QP\nprefix: PT", "“prefix”写了两次"),
    "no such leading group": ("leading_group: ldxz", "leading_group: xz", "leading_group：本区没有单位“xz”"),
    "listing without a sponsor": (
        "  sponsor: [qzf]\n",
        "",
        "seats：设了“挂牌整治”却没有“牵头副区长”席位",
    ),
    "seat nowhere": ("inspector: [fuban]", "inspector: [duban]", "seats.inspector：本区没有单位“duban”"),
    "seat that is everywhere": (
        "inspector: [fuban]",
        "liaison: [fuban]",
        "seats.liaison：“联络员”的席位由角色本身决定",
    ),
    "told nobody": (
        "leading_group: ldxz",
        "leading_group: ldxz\ninformed: {BUREAU: [nobody]}",
        "informed.BUREAU：本区没有单位“nobody”",
    ),
    "no such category": (
        "leading_group: ldxz",
        "leading_group: ldxz\ncategories: {5: {lead: gongan}}",
        "categories.5：没有第 5 类风险",
    ),
    "lead of nobody": (
        "leading_group: ldxz",
        "leading_group: ldxz\ncategories: {2: {lead: qungong}}",
        "categories.2.lead：本区没有单位“qungong”",
    ),
    "assessed by no lead": (
        "leading_group: ldxz",
        "leading_group: ldxz\ncategories: {2: {assessed_by_lead: true}}",
        "categories.2.lead：由牵头单位评估的，须写明牵头单位",
    ),
    "answered for by nobody": (
        "leading_group: ldxz",
        "leading_group: ldxz\ncategories: {2: {responsible: [ZONE]}}",
        "categories.2.responsible：本区没有可承办隐患的“管区”",
    ),
    "unknown failure": (
        "failures: [not_treated,",
        "failures: [forgotten,",
        "accountability.failures[1]：“forgotten” 不在可选之列",
    ),
    "broken YAML": ("prefix: QP", "prefix: [QP", "不是正确的 YAML"),
}

POLICY_MISTAKES = {
    "unknown field": ("clock_rows: []", "policy.clock_rows：不认识“clock_rows”"),
    "not a limit": (
        "clocks: [{id: sign-normal, limit: 2 days, source: P}]",
        "policy.clocks[sign-normal].limit：“2 days” 不是期限，请写成 WD 5、CD 30 或 H 24",
    ),
    "number without source": (
        "clocks: [{id: sign-normal, limit: WD 2}]",
        "policy.clocks[sign-normal]：改了数字却没有写依据",
    ),
    "empty source": (
        "clocks: [{id: sign-normal, limit: WD 2, source: ' '}]",
        "policy.clocks[sign-normal].source：没有写依据",
    ),
    "not a list": (
        "clocks: [{id: sign-normal, codes: B01-01}]",
        "policy.clocks[sign-normal].codes：“B01-01” 应是列表",
    ),
    "not a mapping": ("item_urgency: S03-04", "policy.item_urgency：“S03-04” 应是“键: 值”"),
    "no id": ("clocks: [{limit: WD 2, source: P}]", "policy.clocks：每行都要写“id”"),
    "row changed twice": (
        "clocks: [{id: sign-normal, ladder: none}, {id: sign-normal, ladder: full}]",
        "policy.clocks[sign-normal]：同一行改了两次",
    ),
    "nothing to remove": (
        "clocks: [{id: sign-nromal, remove: true}]",
        "policy.clocks[sign-nromal]：默认政策里没有这一行",
    ),
    "case without a row": (
        "clocks: [{id: assess-flash, remove: true}]",
        "policy.clocks：“清零评估”在一般整治、特急时没有时限，请补一行 assess FLASH",
    ),
    "same case twice": (
        "clocks: [{id: mine, clock: sign, urgency: NORMAL, limit: WD 2, source: P}]",
        "policy：sign-normal 与 mine 两行适用于同一情形，请留一行",
    ),
    "no such item": (
        "clocks: [{id: mine, clock: remediate, codes: [S09-01], limit: WD 2, source: P}]",
        "policy.clocks[mine].codes：目录里没有小类“S09-01”",
    ),
    "no such item to hasten": (
        "item_urgency: {S09-01: FLASH}",
        "policy.item_urgency：目录里没有小类“S09-01”",
    ),
    "no such category": (
        "clocks: [{id: mine, clock: remediate, categories: [5], limit: WD 2, source: P}]",
        "policy.clocks[mine].categories：没有第 5 类风险",
    ),
    "cap below limit": (
        "clocks: [{id: remediate-normal, cap: WD 3, source: P}]",
        "policy.clocks[remediate-normal].cap：最长总时限 WD 3 短于时限 WD 5",
    ),
    "reminder in hours": (
        "clocks: [{id: remediate-normal, remind: [H 2]}]",
        "policy.clocks[remediate-normal].remind：“H 2”须以 WD 计",
    ),
    "no such urgency": (
        "clocks: [{id: sign-normal, urgency: SOON}]",
        "policy.clocks[sign-normal].urgency：“SOON” 不在可选之列",
    ),
    "ladder of no name": (
        "clocks: [{id: sign-normal, ladder: steep}]",
        "policy.clocks[sign-normal].ladder：没有阶梯“steep”，请改用 full、short、urge、none、listed",
    ),
    "request before in days": (
        "clocks: [{id: remediate-listed, ask_before: CD 20}]",
        "policy.clocks[remediate-listed].ask_before：“CD 20”须以 WD 计",
    ),
    "reminder as a rung": (
        "ladders: {listed: {rungs: [L0, L2]}}",
        "policy.ladders.listed.rungs：L0 是提醒",
    ),
    "rung missing": ("ladder: [{rung: L3, remove: true}]", "policy.ladder：L3（通报）须有且只有一行"),
    "no such role": (
        "ladder: [{rung: L1, to: [{who: bearer, role: boss}]}]",
        "policy.ladder[L1].to：没有角色“boss”",
    ),
    "rung out of turn": (
        "ladder: [{rung: L3, after: WD 2, source: P}]",
        "policy.ladder[L3].after：L3 不晚于 L2",
    ),
    "rung without a time": (
        "ladder: [{rung: L3, after: null, source: P}]",
        "policy.ladder[L3].after：没有写到期后多久触发",
    ),
    "no look-backs": ("lookbacks: {GENERAL: []}", "policy.lookbacks：没有“一般整治”的回头看日期"),
    "own version": ("version: mine", "policy.version：政策版本由系统按区版本生成"),
}

CATALOGUE_MISTAKES = {
    "code taken": (
        "{code: S03-02, class_code: S03, class_name: 突发事件, name: x, responsible_raw: 属地管理}",
        "catalogue[S03-02]：编号已在目录中",
    ),
    "code of another class": (
        "{code: S03-09, class_code: S04, class_name: 突发事件, name: x, responsible_raw: 属地管理}",
        "catalogue[S03-09]：编号须形如 B01-01 且以大类“S04”开头",
    ),
    "item incomplete": ("{code: S03-09, class_code: S03}", "catalogue[S03-09].class_name：缺少“class_name”"),
}


def refusal(district: District, defaults: Path = HERE) -> str:
    with pytest.raises(ProfileError) as caught:
        district.read(defaults)
    line = str(caught.value)
    assert "\n" not in line
    chinese, _, english = line.partition(" / ")
    assert chinese
    assert english.isascii() or "“" in english, "the second half is English"
    return line


@pytest.mark.parametrize(("old", "new", "says"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_in_a_district_s_file(district, old, new, says):
    line = refusal(district.replacing(old, new))

    assert line.startswith("mine/profile.yaml")
    assert says in line


@pytest.mark.parametrize(("override", "says"), POLICY_MISTAKES.values(), ids=POLICY_MISTAKES)
def test_mistakes_in_a_district_s_policy(district, override, says):
    line = refusal(district.adding(f"policy:\n  {override}\n"))

    assert line.startswith(f"mine/profile.yaml {says}")


@pytest.mark.parametrize(("entry", "says"), CATALOGUE_MISTAKES.values(), ids=CATALOGUE_MISTAKES)
def test_mistakes_in_a_district_s_catalogue(district, entry, says):
    line = refusal(district.adding(f"catalogue:\n  - {entry}\n"))

    assert line.startswith(f"mine/profile.yaml {says}")


def test_a_broken_line_is_named_by_its_number(district):
    line = refusal(district.replacing("prefix: QP", "prefix: QP\n\tversion: 1"))

    number = district.text[: district.text.index("\t")].count("\n") + 1
    assert line.startswith(f"mine/profile.yaml:{number}：不是正确的 YAML")


@pytest.mark.parametrize("text", ["", "- a list\n", "青浦\n"])
def test_a_file_that_is_no_mapping(district, text):
    district.text = text

    assert "文件是空的或不是“键: 值”" in refusal(district)


def test_a_folder_without_a_profile(tmp_path):
    with pytest.raises(ProfileError, match=r"nowhere/profile.yaml：读不到这个文件"):
        read_profile(tmp_path / "nowhere")


def test_a_calendar_that_is_missing_is_named_with_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProfileError, match=rf"^{tmp_path.name}/2027.yaml：读不到这个文件"):
        read_calendar(Path("2027.yaml"))


def test_a_file_in_another_encoding(district):
    (district.folder / "profile.yaml").write_bytes("name: 青浦区".encode("gb18030"))

    with pytest.raises(ProfileError, match="不是 UTF-8 文字"):
        read_profile(district.folder)


def test_two_districts_with_one_prefix(district, tmp_path):
    district.read()
    shutil.copytree(district.folder, tmp_path / "other")

    with pytest.raises(ProfileError, match=r"other/profile.yaml prefix：编号前缀“QP”已由 mine 使用"):
        read_profiles(tmp_path)


@pytest.fixture
def defaults(tmp_path):
    """A copy of the shared policy and catalogue."""
    folder = tmp_path / "defaults"
    folder.mkdir()
    for name in ("policy.yaml", "catalogue.csv"):
        shutil.copy(HERE / name, folder)
    return folder


def test_a_mistake_in_the_shared_policy_names_that_file(district, defaults):
    policy = yaml.safe_load((defaults / "policy.yaml").read_text("utf-8"))
    policy["clocks"][0]["limit"] = "24 hours"
    (defaults / "policy.yaml").write_text(yaml.safe_dump(policy, allow_unicode=True), "utf-8")

    assert refusal(district, defaults).startswith("policy.yaml clocks[verify-normal].limit：")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("S09-01,S09,新类,新项,属地管理,多一列", "catalogue.csv items[S09-01].多余的列：不认识“多余的列”"),
        ("S09-01,S09,新类", "catalogue.csv items[S09-01].name："),
        ("B01-01,B01,公共设施,又一个,属地管理", "catalogue.csv catalogue[B01-01]：编号已在目录中"),
        ('S09-01,S09,新类,"新项,属地管理', "catalogue.csv：引号不成对"),
    ],
)
def test_mistakes_in_the_shared_catalogue(district, defaults, line, says):
    with (defaults / "catalogue.csv").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")

    assert refusal(district, defaults).startswith(says)


@pytest.mark.requirement("N94")
def test_a_calendar_that_is_not_published_yet():
    with pytest.raises(ProfileError, match=r"calendar/2031.yaml：没有 2031 年的工作日表"):
        shipped_calendar(2031)


@pytest.mark.requirement("N93")
@pytest.mark.parametrize(
    ("off", "worked", "says"),
    [
        ("[2027-01-01, 2026-12-31]", "[]", "weekdays_off：2026-12-31 不在 2027 年"),
        ("[2027-01-02]", "[]", "weekdays_off：2027-01-02 是周末"),
        ("[2027-01-01]", "[2027-01-04]", "weekend_workdays：2027-01-04 不是周末"),
        ("[2027-01-01, 2027-01-01]", "[]", "weekdays_off：2027-01-01 写了两次"),
        ("[元旦]", "[]", "weekdays_off[1]：“元旦” 不能用"),
        ("[]", "[]\nholidays: []", "holidays：不认识“holidays”"),
    ],
)
def test_mistakes_in_a_calendar(tmp_path, off, worked, says):
    file = tmp_path / "calendar" / "2027.yaml"
    file.parent.mkdir()
    file.write_text(f"year: 2027\nsource: test\nweekdays_off: {off}\nweekend_workdays: {worked}\n", "utf-8")

    with pytest.raises(ProfileError) as caught:
        read_calendar(file)

    assert str(caught.value).startswith(f"calendar/2027.yaml {says}")


def test_one_year_has_one_calendar():
    file = HERE / "calendar" / "2026.yaml"

    with pytest.raises(ProfileError, match="2026 年有两份工作日表"):
        read_calendar(file, file)
