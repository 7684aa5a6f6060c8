"""The process in this district: seats of a listing, ways out of every state, who decides, who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

from domain import modes
from domain.library import Rulebook
from domain.organisation import PLACED_ROLES, Organisation, Role
from domain.policy import Addressee, Case, Decider, RungRow
from domain.transitions import BY_COMMAND
from domain.values import ClockKey, Mode, Urgency
from domain.walk import Place, Walk
from profiles.mistakes import ProfileError

SEATS_OF_A_LISTING = (Role.LISTING_AUTHORITY, Role.SPONSOR, Role.ACCEPTANCE_PANEL)
"""Without these seats a listed hazard would come to a state that nobody can lead it out of."""


def check_seats_of_a_listing(file: str, organisation: Organisation, modes: Iterable[Mode]) -> None:
    """Who decides, sponsors and accepts must be placed where hazards can be listed (A1, A3, MOD-13)."""
    if Mode.LISTED in modes:
        for role in SEATS_OF_A_LISTING:
            if not organisation.seats.get(role):
                raise ProfileError(
                    file,
                    "seats",
                    f"设了“{Mode.LISTED.zh}”却没有“{role.zh}”席位，请补上 {role}",
                    f"mode {Mode.LISTED} needs the seat {role}; add it",
                )


def check_process(file: str, book: Rulebook) -> None:
    """No hazard of this district can be stuck, unclocked, undecided or unheard of."""
    if Mode.GENERAL not in book.modes:
        raise ProfileError(
            file,
            "modes",
            f"每件隐患都从“{Mode.GENERAL.zh}”开始，请写上 {Mode.GENERAL}",
            f"every hazard begins in mode {Mode.GENERAL}; add it",
        )
    _check_approvals(file, book)
    _check_bearers_of_decisions(file, book)
    _check_clocks(file, book)
    for place, row in _rungs(book):
        _check_addressees(file, place, row, book.organisation)
    _check_ways(file, book)


# ── who decides ──────────────────────────────────────────────────────────────────────────────────────


def _check_approvals(file: str, book: Rulebook) -> None:
    approvals = book.policy.approvals
    for name, said in (
        ("extensions", approvals.extensions),
        ("key_control", approvals.key_control),
        ("recognition", approvals.recognition),
        ("lookbacks", approvals.lookbacks),
    ):
        _check_choices(file, f"policy.approvals.{name}", book, said)


_BY_ITSELF = frozenset({Decider.PRINCIPAL.value, "unit", "owner"})
"""Choices by which a unit decides on its own hazard."""


def _check_choices(file: str, place: str, book: Rulebook, said: Mapping[Mode, str]) -> None:
    for mode, choice in said.items():
        where = f"{place}.{mode}"
        if mode not in book.modes:
            raise ProfileError(
                file,
                where,
                f"本区不设“{mode.zh}”，请删去，或在 modes 里补上",
                f"the district has no mode {mode}; remove it, or add the mode",
            )
        if mode in modes.NEVER_BY_ITSELF and choice in _BY_ITSELF:
            raise ProfileError(
                file,
                where,
                f"“{mode.zh}”不得由承办单位自己决定（I3），请改",
                f"in mode {mode} no unit decides on its own hazard (I3); change it",
            )
        if mode is Mode.LISTED and place.endswith("recognition"):
            raise ProfileError(
                file,
                where,
                f"“{mode.zh}”由验收组验收，不另认定，请删去",
                f"a hazard in mode {mode} is accepted by the panel; remove it",
            )
        if mode is not Mode.LISTED and choice == Decider.SPONSOR:
            raise ProfileError(
                file,
                where,
                f"只有“{Mode.LISTED.zh}”才有牵头副区长，请改",
                f"only a hazard in mode {Mode.LISTED} has a sponsor; change it",
            )


def _check_bearers_of_decisions(file: str, book: Rulebook) -> None:
    """Whoever decides on an extension is late himself: the clock must be his."""
    key = ClockKey.EXTENSION_DECISION
    for mode in book.modes:
        decider = modes.extension_decider(book.policy, mode)
        for case in _cases(book, mode):
            row = book.policy.row(key, case)
            if row is not None and row.bearer != modes.BEARERS[decider]:
                raise ProfileError(
                    file,
                    f"policy.clocks[{row.id}].bearer",
                    f"{mode.zh}的延期由{decider.zh}审批，期限也应由其承担，请改成 {modes.BEARERS[decider]}，"
                    f"或为 {mode} 另写一行",
                    f"{decider.en} decides on extensions in mode {mode} and bears the clock; "
                    f"write {modes.BEARERS[decider]}, or give {mode} a row of its own",
                )


# ── clocks ───────────────────────────────────────────────────────────────────────────────────────────


def _cases(book: Rulebook, mode: Mode) -> Iterable[Case]:
    categories = (None, *(category.number for category in book.categories))
    for urgency, category in product(Urgency, categories):
        yield Case(mode=mode, urgency=urgency, category=category)


PARTS = (ClockKey.SIGN, ClockKey.REMEDIATE, ClockKey.REWORK)
"""Clocks that a part of a listed hazard has of its own."""


def _check_clocks(file: str, book: Rulebook) -> None:
    """Clocks that only some hazards need: of a consultation that comes before the plan, of the parts of a listing."""
    for category in book.categories:
        if category.consult_first:
            for mode, urgency in product(book.modes, Urgency):
                case = Case(mode=mode, urgency=urgency, category=category.number)
                _must_be_timed(file, book, ClockKey.CONSULTATION, case, f"，类别 {category.number}")
    if Mode.LISTED in book.modes:
        for key, urgency in product(PARTS, Urgency):
            case = Case(mode=Mode.LISTED, urgency=urgency, subtask=True)
            _must_be_timed(file, book, key, case, "，子任务")
    _check_main_ladders(file, book)


def _must_be_timed(file: str, book: Rulebook, key: ClockKey, case: Case, of: str) -> None:
    if book.policy.row(key, case) is None:
        raise ProfileError(
            file,
            "policy.clocks",
            f"“{key.zh}”在{case.mode.zh}、{case.urgency.zh}{of}时没有时限，请补一行 {key} {case.urgency}",
            f"no row for clock {key} in mode {case.mode}, urgency {case.urgency}; add one",
        )


def _check_main_ladders(file: str, book: Rulebook) -> None:
    """What is not remediated must come before people in the end: talk and referral (SUP-03, SUP-05)."""
    for mode in book.modes:
        for case in _cases(book, mode):
            row = book.policy.row(ClockKey.REMEDIATE, case)
            if row is None:
                continue
            climbed = {rung.decided_by for rung in book.policy.rungs(row)}
            for decides in ("office", "office_director"):
                if decides not in climbed:
                    raise ProfileError(
                        file,
                        f"policy.clocks[{row.id}].ladder",
                        f"阶梯“{row.ladder}”到不了须由人决定的级（约谈、追责），请改用 full 或补上这些级",
                        f"ladder {row.ladder} never comes to what people decide (talk, referral); use full, or add "
                        "those rungs",
                    )


# ── who is told ──────────────────────────────────────────────────────────────────────────────────────


def _rungs(book: Rulebook) -> Iterable[tuple[str, RungRow]]:
    for row in book.policy.ladder:
        yield f"policy.ladder[{row.rung}]", row
    if Mode.LISTED in book.modes:
        for row in book.policy.ladders["listed"].rows if "listed" in book.policy.ladders else ():
            yield f"policy.ladders.listed[{row.rung}]", row


def _check_addressees(file: str, place: str, row: RungRow, organisation: Organisation) -> None:
    for addressee in (*row.to, *row.cc):
        if not _sits(addressee, organisation):
            raise ProfileError(
                file,
                f"{place}.to",
                f"“{row.document}”发给 {addressee.who} 的“{Role(addressee.role).zh}”，本区没有这个席位，请改收件人或补上席位",
                f"{row.document_en} goes to {addressee.role} of {addressee.who}, a seat that the district lacks; "
                "change the addressee or add the seat",
            )


def _sits(addressee: Addressee, organisation: Organisation) -> bool:
    """Whether the seat an addressee stands for is there; that of a bearer is wherever he is."""
    role = Role(addressee.role)
    if addressee.who in ("bearer", "all"):
        return role not in PLACED_ROLES
    if addressee.who == "leading_group":
        return organisation.leading_group is not None
    if addressee.who == "sponsor":
        return bool(organisation.seats.get(Role.SPONSOR))
    return role not in PLACED_ROLES


# ── ways through the state table ─────────────────────────────────────────────────────────────────────

_WANTS = {
    Mode.GENERAL: ("可承办隐患的单位", "a unit that handles hazards"),
    Mode.UPGRADED: (
        "提请的街镇或区属企业、承办的委办局",
        "a sub-district or district enterprise that asks, and a bureau that takes it on",
    ),
    Mode.DIVERTED: (
        "提请的委办局、可承办的单位",
        "a bureau that asks, and a unit that takes it on",
    ),
    Mode.LISTED: (
        "两个以上可承办的单位、挂牌审批席位",
        "two units that handle hazards, and a listing authority",
    ),
}


def _check_ways(file: str, book: Rulebook) -> None:
    walk = Walk(book)
    for place in walk.dead_ends():
        raise _stuck(file, place)
    for mode in walk.unreachable_modes():
        zh, en = _WANTS[mode]
        raise ProfileError(
            file,
            "modes",
            f"设了“{mode.zh}”，但没有隐患能办到清零：需要{zh}，请补上，或从 modes 删去 {mode}",
            f"no hazard can be cleared in mode {mode}: it takes {en}; add them, or remove the mode",
        )
    for command, mode in walk.undecided():
        name = "extensions" if command == "decide_extension" else "key_control"
        zh = "延期" if command == "decide_extension" else "重点防控"
        raise ProfileError(
            file,
            f"policy.approvals.{name}.{mode}",
            f"{mode.zh}的{zh}无人可以审批，请改成本区有席位的审批人",
            f"nobody may decide on {BY_COMMAND[command].requirement} in mode {mode}; name a decider with a seat",
        )


def _stuck(file: str, place: Place) -> ProfileError:
    zh, en = (
        f"“{place.mode.zh}”走到“{place.state.zh}”就没有出路",
        f"mode {place.mode}: no way out of {place.state}",
    )
    if place.missing:
        seats = "、".join(role.zh for role in place.missing)
        ids = ", ".join(place.missing)
        return ProfileError(
            file, "seats", f"{zh}：缺“{seats}”席位，请补上 {ids}", f"{en}; place the seat {ids}"
        )
    return ProfileError(
        file,
        "units",
        f"{zh}，请补上可承办隐患的单位",
        f"{en}; add units that handle hazards",
    )
