"""Who decides what as data of a district: what it may say otherwise, and that nothing changes where it does not."""

from pathlib import Path

import pytest

from domain import modes
from domain.library import Rulebook
from domain.organisation import Role
from domain.policy import Approvals, Decider, Policy
from domain.values import Mode, State
from profiles.loader import HERE, ProfileError, read_profile
from tests.builders import DESK, LIAISON, OFFICE, PRINCIPAL, QINGPU, STREET, Case, hazard_in, seat

ASSESSOR = seat(STREET, "assessor")


def district(approvals: Approvals, **clocks: str) -> Rulebook:
    """青浦 with who decides what changed; ``clocks`` are bearers by the id of a row, ``-`` written ``_``."""
    bearers = {id.replace("_", "-"): bearer for id, bearer in clocks.items()}
    rows = tuple(
        row.model_copy(update={"bearer": bearers.get(row.id, row.bearer)}) for row in QINGPU.policy.clocks
    )
    policy = Policy(**{**dict(QINGPU.policy), "clocks": rows, "approvals": approvals})
    return Rulebook(**{**dict(QINGPU), "policy": policy})


def with_a_request(book: Rulebook) -> Case:
    case = hazard_in(State.REMEDIATING, book=book)
    case.give("request_extension")
    return case


@pytest.mark.requirement("N14", "REM-04", "LBK-01", "VER-03")
@pytest.mark.parametrize(
    ("mode", "extension", "key_control", "recognised", "owner_looks_back"),
    [
        (Mode.GENERAL, {"desk"}, {"principal"}, None, True),
        (Mode.DIVERTED, {"office", "office_director"}, {"principal"}, None, True),
        (
            Mode.UPGRADED,
            {"office", "office_director"},
            {"office", "office_director"},
            State.AWAITING_RECOGNITION,
            False,
        ),
        (Mode.LISTED, {"sponsor", "office", "office_director"}, {"sponsor"}, State.ACCEPTANCE, False),
    ],
)
def test_what_holds_where_a_district_says_nothing(mode, extension, key_control, recognised, owner_looks_back):
    policy = QINGPU.policy

    assert modes.decides_extensions(policy, mode) == extension
    assert modes.approves_key_control(policy, mode) == key_control
    assert modes.after_the_assessment(policy, mode) is recognised
    assert modes.owner_looks_back(policy, mode) is owner_looks_back


def test_a_district_that_says_nothing_is_the_same_text_as_before():
    assert "approvals" not in QINGPU.policy.model_dump(exclude_defaults=True)


@pytest.mark.requirement("N14", "A10")
@pytest.mark.parametrize(
    ("decider", "bearer", "decides", "refused"),
    [
        ("office", "office", OFFICE, DESK),
        ("principal", "owner", PRINCIPAL, DESK),
    ],
)
def test_another_seat_decides_on_extensions_is_told_of_them_and_is_late_with_them(
    decider, bearer, decides, refused
):
    book = district(Approvals(extensions={Mode.GENERAL: Decider(decider)}), extension_decision=bearer)
    case = with_a_request(book)
    told = [(notice.unit, notice.role) for notice in case.events[-1].notices]

    assert told == [(decides.unit, decides.role)]
    assert case.hazard.clocks["extension_decision"].bearer == decides.unit
    said = case.refused("decide_extension", refused)
    assert (said.status, said.code) == (403, "T22.decider")
    assert "本区规定" in said.zh
    case.give("decide_extension", decides)
    assert case.hazard.extension.decision == "granted"


@pytest.mark.requirement("N14")
def test_the_principal_of_another_unit_decides_on_no_extension():
    book = district(Approvals(extensions={Mode.GENERAL: Decider.PRINCIPAL}), extension_decision="owner")

    refused = with_a_request(book).refused("decide_extension", seat("yingpu", "principal"))

    assert (refused.status, refused.code) == (403, "T22.not-your-right")


@pytest.mark.requirement("REM-04")
def test_the_office_may_keep_key_control_to_itself():
    case = hazard_in(State.REMEDIATING, book=district(Approvals(key_control={Mode.GENERAL: Decider.OFFICE})))

    assert case.refused("enter_key_control", PRINCIPAL).code == "T23.approver"
    case.give("enter_key_control", OFFICE)
    assert case.hazard.state is State.KEY_CONTROL


@pytest.mark.requirement("VER-01", "VER-03")
def test_the_office_may_recognise_general_hazards_as_well():
    case = hazard_in(State.SELF_ASSESSMENT, book=district(Approvals(recognition={Mode.GENERAL: "office"})))

    case.give("assess_pass", ASSESSOR)

    assert case.hazard.state.value == "AWAITING_RECOGNITION"
    assert case.refused("recognise_pass", LIAISON).status == 403
    case.give("recognise_pass", OFFICE)
    assert case.hazard.state is State.CLEARED


@pytest.mark.requirement("LBK-01")
def test_a_district_may_have_others_look_back():
    case = hazard_in(State.LOOK_BACK, book=district(Approvals(lookbacks={Mode.GENERAL: "others"})))

    refused = case.refused("lookback_pass", LIAISON)
    assert (refused.code, "本区规定" in refused.zh) == ("T31.other-seat", True)
    case.give("lookback_pass", OFFICE)
    assert case.hazard.state is State.CLOSED


# ── what the loader refuses ──────────────────────────────────────────────────────────────────────────


def read(tmp_path: Path, policy: str, profile: str = "qingpu") -> Rulebook:
    folder = tmp_path / "mine"
    folder.mkdir()
    text = (HERE / profile / "profile.yaml").read_text("utf-8")
    (folder / "profile.yaml").write_text(f"{text}\npolicy:\n{policy}", "utf-8")
    return read_profile(folder)


@pytest.mark.requirement("N14", "A10")
def test_a_district_says_who_decides_in_its_own_file(tmp_path):
    book = read(
        tmp_path,
        "  approvals: {extensions: {GENERAL: office}, key_control: {GENERAL: office}}\n"
        "  clocks: [{id: extension-decision, bearer: office}]\n",
    )

    assert Role.DESK not in modes.decides_extensions(book.policy, Mode.GENERAL)
    assert Role.OFFICE in modes.decides_extensions(book.policy, Mode.GENERAL)


MISTAKES = {
    "no such decider": (
        "{extensions: {GENERAL: mayor}}",
        "policy.approvals.extensions.GENERAL：“mayor” 不在可选之列",
    ),
    "no such mode": ("{extensions: {SOLO: office}}", "policy.approvals.extensions.SOLO"),
    "bearer left behind": (
        "{extensions: {GENERAL: office}}",
        "policy.clocks[extension-decision].bearer：一般整治的延期由清零办审批，期限也应由其承担，请改成 office",
    ),
    "unit decides for itself": (
        "{key_control: {UPGRADED: principal}}",
        "policy.approvals.key_control.UPGRADED：“提级整治”不得由承办单位自己决定（I3）",
    ),
    "unit recognises itself": (
        "{recognition: {UPGRADED: unit}}",
        "policy.approvals.recognition.UPGRADED：“提级整治”不得由承办单位自己决定（I3）",
    ),
    "unit looks back on itself": (
        "{lookbacks: {LISTED: owner}}",
        "policy.approvals.lookbacks.LISTED：“挂牌整治”不得由承办单位自己决定（I3）",
    ),
    "listed is accepted": (
        "{recognition: {LISTED: office}}",
        "policy.approvals.recognition.LISTED：“挂牌整治”由验收组验收",
    ),
    "no sponsor there": (
        "{key_control: {GENERAL: sponsor}}",
        "policy.approvals.key_control.GENERAL：只有“挂牌整治”才有牵头副区长",
    ),
    "nobody may": (
        "{key_control: {GENERAL: desk}}",
        "policy.approvals.key_control.GENERAL：一般整治的重点防控无人可以审批",
    ),
}


@pytest.mark.parametrize(("approvals", "says"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_in_who_decides(tmp_path, approvals, says):
    with pytest.raises(ProfileError) as caught:
        read(tmp_path, f"  approvals: {approvals}\n")

    assert str(caught.value).startswith(f"mine/profile.yaml {says}")


def test_a_decision_in_a_mode_the_district_lacks(tmp_path):
    with pytest.raises(ProfileError, match=r"policy.approvals.extensions.UPGRADED：本区不设“提级整治”"):
        read(tmp_path, "  approvals: {extensions: {UPGRADED: office}}\n", "putuo")
