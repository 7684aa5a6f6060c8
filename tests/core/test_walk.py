"""The walk through the state table as one district could go it, and what the loader says when a part is missing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.library import Rulebook
from domain.organisation import Organisation, Role, UnitType
from domain.transitions import BY_COMMAND
from domain.values import Mode, Rung, State
from domain.walk import Place, Walk
from profiles.loader import HERE, ProfileError, read_profile
from tests.builders import BOOKS

QINGPU, PUTUO, TOWN = BOOKS["qingpu"], BOOKS["putuo"], BOOKS["pingdu-town"]
LISTING = [key for key, book in BOOKS.items() if Mode.LISTED in book.modes]


def without(book: Rulebook, *kinds: UnitType, seats: tuple[Role, ...] = ()) -> Rulebook:
    """``book`` without its units of some kinds, and without some seats."""
    organisation = book.organisation
    kept = tuple(unit for unit in organisation.units if unit.type not in kinds)
    there = {unit.id for unit in kept}
    changed = Organisation(
        units=kept,
        desk=organisation.desk,
        office=organisation.office,
        leading_group=organisation.leading_group,
        seats={role: units for role, units in organisation.seats.items() if role not in seats},
        aliases={name: unit for name, unit in organisation.aliases.items() if unit in there},
    )
    return Rulebook(**{**dict(book), "organisation": changed})


# ── the walk ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("A4", "MOD-01", "I1")
@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_in_each_district_every_state_has_a_way_to_the_archive(book):
    walk = Walk(book)

    assert list(walk.dead_ends()) == []
    assert walk.unreachable_modes() == ()
    assert list(walk.undecided()) == []
    assert {mode for mode, _ in walk.reached} == set(book.modes)


@pytest.mark.requirement("A4", "VER-03", "VER-01")
def test_where_a_district_can_get_to_follows_from_its_modes():
    reached = {key: {state for _, state in Walk(book).reached} for key, book in BOOKS.items()}

    assert reached["qingpu"] == set(State)
    assert set(State) - reached["putuo"] == {State.AWAITING_RECOGNITION}
    assert set(State) - reached["pingdu-town"] == {
        State.LISTING_REVIEW,
        State.PLAN_REVIEW,
        State.AWAITING_RECOGNITION,
        State.ACCEPTANCE,
    }


@pytest.mark.requirement("MOD-03", "MOD-12")
@pytest.mark.parametrize("key", LISTING)
def test_without_a_listing_authority_a_special_report_lies_for_ever(key):
    walk = Walk(without(BOOKS[key], seats=(Role.LISTING_AUTHORITY,)))

    ends = list(walk.dead_ends())
    assert {(end.state, end.missing) for end in ends} == set() or all(
        end.state is State.LISTING_REVIEW for end in ends
    )
    assert Mode.LISTED in walk.unreachable_modes()


@pytest.mark.requirement("MOD-02", "MOD-08")
@pytest.mark.parametrize(
    ("kinds", "unreachable"),
    [
        ((UnitType.BUREAU,), {Mode.UPGRADED, Mode.DIVERTED}),
        ((UnitType.SUBDISTRICT, UnitType.DISTRICT_ENTERPRISE), {Mode.UPGRADED}),
        ((UnitType.DISTRICT_ENTERPRISE,), set()),
    ],
)
def test_a_mode_needs_units_that_ask_for_it_and_units_that_take_it_on(kinds, unreachable):
    assert set(Walk(without(QINGPU, *kinds)).unreachable_modes()) == unreachable


@pytest.mark.requirement("MOD-16")
def test_where_nobody_handles_hazards_they_wait_for_ever():
    kinds = [kind for kind in UnitType if any(u.type is kind and u.handles for u in TOWN.organisation.units)]

    ends = list(Walk(without(TOWN, *kinds)).dead_ends())

    assert Place(Mode.GENERAL, State.AWAITING_SIGNOFF) in ends


@pytest.mark.requirement("MOD-03")
def test_one_unit_alone_cannot_be_listed():
    only = next(unit for unit in QINGPU.organisation.units if unit.handles)
    units = tuple(u for u in QINGPU.organisation.units if not u.handles or u == only)
    organisation = Organisation(**{**dict(QINGPU.organisation), "units": units, "aliases": {}})
    walk = Walk(Rulebook(**{**dict(QINGPU), "organisation": organisation}))

    assert not walk.possible(BY_COMMAND["listing_approve"], Mode.GENERAL)


# ── mutations: one thing is taken away, the loader names exactly that ────────────────────────────────


def texts() -> dict[str, str]:
    return {key: (HERE / key / "profile.yaml").read_text("utf-8") for key in BOOKS}


TEXTS = texts()


def refusal(tmp_path: Path, text: str) -> str | None:
    """What the loader says, or ``None`` when it takes the district."""
    folder = tmp_path / "mine"
    folder.mkdir(exist_ok=True)
    (folder / "profile.yaml").write_text(text, "utf-8")
    try:
        read_profile(folder)
    except ProfileError as error:
        line = str(error)
        assert "\n" not in line and line.startswith("mine/profile.yaml ") and " / " in line
        return line
    return None


def changed(key: str, **said: Any) -> str:
    """The profile with top-level keys replaced; ``None`` takes one out."""
    data = yaml.load(TEXTS[key], Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    data |= said
    kept = {name: value for name, value in data.items() if value is not None}
    return yaml.dump(kept, allow_unicode=True, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))


def parsed(key: str) -> dict[str, Any]:
    return dict(yaml.load(TEXTS[key], Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def referenced(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Units that something other than the list of units names, and where."""
    yield from ((data[name], name) for name in ("desk", "office", "leading_group"))
    for role, units in data["seats"].items():
        yield from ((unit, f"seats.{role}") for unit in units)
    for kind, units in data.get("informed", {}).items():
        yield from ((unit, f"informed.{kind}") for unit in units)
    for number, category in data.get("categories", {}).items():
        yield category["lead"], f"categories.{number}.lead"
    for line in data.get("lines", ()):
        yield line["lead"], f"lines[{line['key']}].lead"
    for body in data["bodies"]:
        yield body["unit"], f"bodies[{body['unit']}].unit"
        yield from ((unit, f"bodies[{body['unit']}].members") for unit in body.get("members", ()))
    for unit in data["units"]:
        if "supervisor" in unit:
            yield unit["supervisor"], f"units[{unit['id']}].supervisor"
    yield from ((unit, f"aliases.{unit}") for unit in data["aliases"])


REFERENCED = {
    (key, unit)
    for key in BOOKS
    for unit, place in referenced(parsed(key))
    if not place.startswith("aliases") or unit in ("wenlvju", "weisheng", "youzheng")
}
"""Units with their district; of those that only have other names, a few."""


@pytest.mark.parametrize(("key", "unit"), sorted(REFERENCED))
def test_a_unit_that_something_names_cannot_be_left_out(tmp_path, key, unit):
    data = parsed(key)
    places = {place for name, place in referenced(data) if name == unit}
    units = [row for row in data["units"] if row["id"] != unit]

    line = refusal(tmp_path, changed(key, units=units))

    assert line is not None and f"本区没有单位“{unit}”" in line
    assert any(line.startswith(f"mine/profile.yaml {place}：") for place in places), line


SEATS = [
    (key, role) for key in LISTING for role in (Role.LISTING_AUTHORITY, Role.SPONSOR, Role.ACCEPTANCE_PANEL)
]


@pytest.mark.requirement("A1", "A3", "MOD-13", "ACT-13")
@pytest.mark.parametrize(("key", "role"), SEATS)
@pytest.mark.parametrize("left", [None, []], ids=["no row", "empty row"])
def test_a_listing_without_one_of_its_seats(tmp_path, key, role, left):
    seats = {name: units for name, units in parsed(key)["seats"].items() if name != role}
    if left is not None:
        seats[role.value] = left

    line = refusal(tmp_path, changed(key, seats=seats))

    assert line is not None
    assert f"mine/profile.yaml seats：设了“挂牌整治”却没有“{role.zh}”席位，请补上 {role}" in line


@pytest.mark.requirement("A4", "MOD-01")
@pytest.mark.parametrize(
    ("key", "modes", "says"),
    [
        ("pingdu-town", ["GENERAL", "LISTED"], "seats：设了“挂牌整治”却没有“挂牌审批”席位"),
        (
            "pingdu-town",
            ["GENERAL", "UPGRADED"],
            "modes：设了“提级整治”，但没有隐患能办到清零：需要提请的街镇",
        ),
        ("putuo", ["GENERAL", "SOLO"], "modes[2]：“SOLO” 不在可选之列"),
        ("jingan", [], "modes：每件隐患都从“一般整治”开始，请写上 GENERAL"),
        ("qingpu", ["UPGRADED"], "modes：每件隐患都从“一般整治”开始，请写上 GENERAL"),
    ],
)
def test_a_mode_that_the_district_cannot_carry(tmp_path, key, modes, says):
    line = refusal(tmp_path, changed(key, modes=modes))

    assert line is not None and line.startswith(f"mine/profile.yaml {says}")


@pytest.mark.requirement("I3")
@pytest.mark.parametrize("key", BOOKS)
@pytest.mark.parametrize("body", ["desk", "office"])
def test_who_coordinates_does_not_handle(tmp_path, key, body):
    handling = next(unit for unit in BOOKS[key].organisation.units if unit.handles)

    line = refusal(tmp_path, changed(key, **{body: handling.id}))

    assert line is not None and f"{body}：“{handling.name}”是承办隐患的单位" in line


ROWS = [row.id for row in QINGPU.policy.clocks]


@pytest.mark.requirement("A10")
@pytest.mark.parametrize("row", ROWS)
def test_a_clock_taken_out_leaves_a_row_for_each_case_or_is_named(tmp_path, row):
    clock = QINGPU.policy.row_by_id[row].clock
    text = f"{TEXTS['qingpu']}\npolicy: {{clocks: [{{id: {row}, remove: true}}]}}\n"

    line = refusal(tmp_path, text)

    said = (f"“{clock.zh}”在", f"policy.clocks[{row}]", "为 DIVERTED 另写一行")
    assert line is None or any(part in line for part in said), line


@pytest.mark.requirement("A10")
@pytest.mark.parametrize(
    "row",
    [
        "verify-flash",
        "triage-urgent",
        "sign-normal",
        "plan-listed",
        "remediate-urgent",
        "rework-flash",
        "recognise-normal",
        "accept",
        "talk",
        "consultation-urgent",
        "plan-review",
        "control-review",
    ],
)
def test_a_clock_that_is_needed_cannot_be_taken_out(tmp_path, row):
    clock = QINGPU.policy.row_by_id[row].clock
    text = f"{TEXTS['qingpu']}\npolicy: {{clocks: [{{id: {row}, remove: true}}]}}\n"

    line = refusal(tmp_path, text)

    assert line is not None and f"policy.clocks：“{clock.zh}”在" in line and f"请补一行 {clock}" in line


@pytest.mark.requirement("SUP-01")
@pytest.mark.parametrize("rung", Rung)
@pytest.mark.parametrize("key", BOOKS)
def test_a_rung_cannot_be_taken_out(tmp_path, key, rung):
    text = changed(key, policy={"ladder": [{"rung": rung.value, "remove": True}]})

    line = refusal(tmp_path, text)

    assert line is not None and f"policy.ladder：{rung}（{rung.zh}）须有且只有一行" in line


POLICIES = {
    "a ladder that comes to no decision of people": (
        "clocks: [{id: remediate-normal, ladder: short}]",
        "policy.clocks[remediate-normal].ladder：阶梯“short”到不了须由人决定的级",
    ),
    "a ladder of the district's own that stops short": (
        "{clocks: [{id: remediate-listed, ladder: mine}], ladders: {mine: {rungs: [L2, L3, L4]}, "
        "listed: {rungs: [L2, L3, L4, L5]}}}",
        "policy.clocks[remediate-listed].ladder：阶梯“mine”到不了须由人决定的级",
    ),
    "a rung to a seat of one unit alone": (
        "ladder: [{rung: L2, to: [{who: bearer, role: inspector}]}]",
        "policy.ladder[L2].to：“督办单”发给 bearer 的“区府办督查”，本区没有这个席位",
    ),
    "parts of a listing without a clock": (
        "clocks: [{id: remediate-subtask, remove: true}, {id: remediate-listed, subtask: false}]",
        "policy.clocks：“整治”在挂牌整治、一般，子任务时没有时限",
    ),
}


@pytest.mark.requirement("SUP-01", "SUP-03", "SUP-05")
@pytest.mark.parametrize(("policy", "says"), POLICIES.values(), ids=POLICIES)
def test_mistakes_that_only_the_whole_process_shows(tmp_path, policy, says):
    whole = policy if policy.startswith("{") else f"{{{policy}}}"

    line = refusal(tmp_path, f"{TEXTS['qingpu']}\npolicy: {whole}\n")

    assert line is not None and line.startswith(f"mine/profile.yaml {says}"), line


def test_a_sponsor_s_copy_where_nothing_is_listed(tmp_path):
    text = changed(
        "pingdu-town", policy={"ladder": [{"rung": "L2", "cc": [{"who": "sponsor", "role": "sponsor"}]}]}
    )

    line = refusal(tmp_path, text)

    assert line is not None and "policy.ladder[L2].to：“督办单”发给 sponsor 的“牵头副区长”" in line


LINES = {
    "no lead": ({"lead": "nobody"}, "lines[city].lead：本区没有单位“nobody”"),
    "no seat": (
        {"lead": "minzhengju"},
        "seats.lead_unit：条线“城市管理”的牵头单位没有席位，请补上 minzhengju",
    ),
    "no source": ({"source": " "}, "lines[city].source：没有写依据"),
    "no such class": ({"classes": ["S99"]}, "lines[city].classes：目录里没有大类“S99”"),
    "no such item": ({"codes": ["S01-99"]}, "lines[city].codes：目录里没有小类“S01-99”"),
    "no such category": ({"categories": {5: []}}, "lines[city].categories.5：没有这个风险类别或子项"),
    "no such sub-item": ({"categories": {4: [8]}}, "lines[city].categories.4：没有这个风险类别或子项"),
    "takes nothing": ({"classes": []}, "lines[city]：没有写哪些隐患归这条线"),
    "twice": ({"key": "safety"}, "lines[safety]：同一条线写了两次"),
    "no such channel": ({"channels": ["pigeon"]}, "lines[city].channels[1]：“pigeon” 不在可选之列"),
}


@pytest.mark.requirement("ACT-16")
@pytest.mark.parametrize(("change", "says"), LINES.values(), ids=LINES)
def test_mistakes_in_a_line(tmp_path, change, says):
    lines = [row | change if row["key"] == "city" else row for row in parsed("putuo")["lines"]]

    line = refusal(tmp_path, changed("putuo", lines=lines))

    assert line is not None and line.startswith(f"mine/profile.yaml {says}"), line


JINGAN = {
    "committee of no sub-district": (
        {"units": {"jw-wuning": {"within": "yingjiju"}}},
        "units[jw-wuning].within：“区应急局”不是街镇（管区）",
    ),
    "committee of nowhere": (
        {"units": {"jw-wuning": {"within": "nowhere"}}},
        "units[jw-wuning].within：本区没有单位“nowhere”",
    ),
    "bureau within a sub-district": (
        {"units": {"yingjiju": {"within": "caojiadu"}}},
        "units[yingjiju].within：只有居村才写所属街镇（管区）",
    ),
    "grid of nowhere": (
        {"grids": [{"id": "g", "subdistrict": "nowhere", "forces": ["物业"]}]},
        "grids[g].subdistrict：本区没有单位“nowhere”",
    ),
    "grid twice": (
        {"grids": [{"id": "g", "subdistrict": "caojiadu", "forces": ["物业"]}] * 2},
        "grids[g]：同一网格写了两次",
    ),
    "field without a lead": (
        {"key_fields": [{"key": "food", "name": "食品", "en": "Food", "lead": "nobody", "source": "P"}]},
        "key_fields[food].lead：本区没有单位“nobody”",
    ),
    "field without a source": (
        {"key_fields": [{"key": "food", "name": "食品", "en": "Food", "lead": "shichangju", "source": ""}]},
        "key_fields[food].source：没有写依据",
    ),
    "field twice": (
        {
            "key_fields": [{"key": "food", "name": "食品", "en": "Food", "lead": "shichangju", "source": "P"}]
            * 2
        },
        "key_fields[food]：“food”写了两次",
    ),
}


@pytest.mark.requirement("ACT-24", "ACT-25", "CLS-14")
@pytest.mark.parametrize(("change", "says"), JINGAN.values(), ids=JINGAN)
def test_mistakes_in_tiers_grids_and_fields(tmp_path, change, says):
    units = change.get("units", {})
    others = {name: value for name, value in change.items() if name != "units"}
    rows = [row | units.get(row["id"], {}) for row in parsed("jingan")["units"]]

    line = refusal(tmp_path, changed("jingan", units=rows, **others))

    assert line is not None and line.startswith(f"mine/profile.yaml {says}"), line


@pytest.mark.requirement("ACT-20")
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_category_that_loses_its_lead(tmp_path, number):
    categories = parsed("pingdu-town")["categories"]
    del categories[number]["lead"]

    line = refusal(tmp_path, changed("pingdu-town", categories=categories))

    assert line is not None and f"categories.{number}.lead：由牵头单位评估的，须写明牵头单位" in line


@pytest.mark.requirement("ACT-11")
def test_a_lead_of_nothing(tmp_path):
    lines = [row for row in parsed("putuo")["lines"] if row["key"] != "disputes"]

    line = refusal(tmp_path, changed("putuo", lines=lines))

    assert line is not None and "seats.lead_unit：“区司法局”没有牵头任何条线或风险类别，请删去 sifaju" in line
