"""What messages say: Chinese first, English complete, and nothing but words for codes."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from channels.message import safe
from channels.robots import shortened
from channels.texts import Told, compose, document_en, texts
from domain.delivery import Medium, armed
from domain.values import Confidentiality
from profiles.loader import shipped_profiles
from tests.storage.stories import QINGPU, START, STREET, Story, unit

ROOT = Path(__file__).parents[2]


def told(story: Story, n: int = -1, **more: object) -> Told:
    event = next(event for event in reversed(story.events) if event.notices)
    return Told(
        notice=event.notices[n],
        armed=armed(event, event.notices[n]),
        hazard=story.number,
        book=QINGPU,
        confidentiality=Confidentiality.PUBLIC,
        owner=story.hazard.owner,
        code=story.hazard.code,
        subdistrict=unit(STREET),
        **more,
    )


def written_documents() -> set[str]:
    """The documents that the core's own code names, besides those of the policies' ladders."""
    found = set()
    for file in (ROOT / "domain").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") == "notify"
                and len(node.args) > 2
            ):
                document = node.args[2]
                if isinstance(document, ast.Constant):
                    found.add(str(document.value))
    return found


def test_every_document_of_the_core_and_the_ladders_has_its_english():
    assert len(written_documents()) > 8
    assert sorted(written_documents() - texts()["documents"].keys()) == []
    for book in shipped_profiles().values():
        for rung in book.policy.ladder:
            assert document_en(rung.document, book) == rung.document_en


def test_one_notice_is_a_line_of_chinese_and_a_line_of_english():
    story = Story().report().assigned()

    message = compose("qn-1", "qingpu", [told(story)], story.now)

    zh, en, *rest = message.text.splitlines()
    assert zh == (
        "【转递（交办）单】QP-2026-000001 “群租”（夏阳街道），签收期限 2026-09-18 24:00。请按时签收。致夏阳街道联络员。"
    )
    assert en == (
        "Assignment: QP-2026-000001, item S06-02 (Xiayang Sub-district); sign-off due 2026-09-18 24:00. "
        "Please sign for it in time. To Xiayang Sub-district, liaison."
    )
    assert rest[-1] == "消息编号 message qn-1"


def test_a_passed_deadline_says_so_and_the_gravest_comes_first():
    late = Story("QP-2026-000002").report().assigned()
    late.wait()
    while late.events[-1].type != "escalation":
        late.wait()
    fresh = Story("QP-2026-000001").report().assigned()

    message = compose(
        "m", "qingpu", [told(fresh), told(late, 0)], late.now + timedelta(hours=1), "https://q.example"
    )

    assert message.subject == "【清零】2 项通知：催办通知书 1、转递（交办）单 1"
    lines = message.text.splitlines()
    assert (
        lines[2].startswith("【催办通知书】QP-2026-000002") and "已过" in lines[2] and "was due" in lines[3]
    )
    assert "https://q.example" in message.text
    assert [item["hazard"] for item in message.items] == ["QP-2026-000002", "QP-2026-000001"]


def test_a_document_without_a_text_of_its_own_keeps_its_name():
    story = Story().report().assigned()
    one = told(story)
    strange = Told(
        **{name: getattr(one, name) for name in one.__slots__}
        | {"notice": one.notice.model_copy(update={"document": "新文书"})}
    )

    message = compose("m", "qingpu", [strange], START)

    assert message.subject == "【清零】新文书 QP-2026-000001"
    assert message.text.splitlines()[1].startswith("Notice: QP-2026-000001")


def test_many_addressees_of_one_thing_are_one_line():
    story = Story().report().assigned()
    one = told(story)
    fields = {name: getattr(one, name) for name in one.__slots__}
    roles = ("liaison", "handler", "principal", "deputy_leader")
    everyone = [
        Told(**fields | {"notice": one.notice.model_copy(update={"role": role, "kind": kind})})
        for role, kind in zip(roles, ("cc", "to", "to", "to"), strict=True)
    ]

    message = compose("m", "qingpu", everyone, story.now)
    three = compose("m", "qingpu", everyone[:3], story.now)

    assert message.text.splitlines()[0].endswith(
        "致夏阳街道责任人员、夏阳街道一把手、夏阳街道分管领导等4个席位。"
    )
    assert message.text.splitlines()[1].endswith("deputy leader in charge and 1 more.")
    assert "夏阳街道联络员（抄送）。" in three.text.splitlines()[0]
    assert message.subject == "【清零】转递（交办）单 QP-2026-000001" and len(message.items) == 4


def test_a_text_that_is_too_long_ends_with_a_whole_line():
    text = "\n".join(f"第{n}行" for n in range(300))
    cut = shortened(text, 2048)
    assert len(cut.encode()) <= 2048 and cut.endswith("the rest is in the inbox）")
    assert set(cut.splitlines()[:-1]) <= set(text.splitlines())
    assert shortened("短", 2048) == "短"


@pytest.mark.requirement("I8")
@pytest.mark.parametrize(
    "said",
    [
        "<boss@example.org>: rejected",
        "see https://oapi.example.com/robot/send?access_token=abcd",
        "token 693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa is wrong",
        "call 13800000000",
    ],
)
def test_reasons_keep_no_address_and_no_key(said):
    kept = safe(said)
    assert "…" in kept
    assert not any(secret in kept for secret in ("boss", "access_token", "693a91f6", "13800000000"))


def test_every_medium_has_its_words():
    assert all(medium.zh and medium.en for medium in Medium)
