"""From the outbox to the recipient: who gets what, when, how often, and what a failure leads to."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from activities import notices
from activities.notices import pause
from domain.delivery import Medium, NoticeRow
from domain.values import SHANGHAI, Confidentiality
from profiles.notices import delivery_policy
from storage import deliveries
from storage.errors import StorageUnavailable
from tests.notices.conftest import (
    STREET_ID,
    Answer,
    House,
    Mailman,
    OtherSide,
    assigned,
    hook,
    robot,
    server,
    to,
)
from tests.storage.stories import STREET, Story

NIGHT = datetime(2026, 9, 17, 22, 0, tzinfo=SHANGHAI)  # a Thursday


def post(house: House, mailman: Mailman, address: str = "xiayang@example.org") -> None:
    house.settings(
        mail=server(mailman),
        endpoints={"street": {"kind": "mail", "address": address}},
        recipients=to("street"),
    )


def group(house: House, side: OtherSide, kind: str = "wecom", **more: object) -> None:
    house.settings(endpoints={"group": robot(side, kind, **more)}, recipients=to("group"))


# -- who gets what -----------------------------------------------------------------------------------


async def test_without_settings_every_notice_lies_in_the_inbox_and_goes_nowhere(house: House) -> None:
    house.record(assigned())

    done = await house.round()

    assert done.handed_on == 1 and house.handed_on() == [True] and house.rows() == []
    assert (await house.round()).busy is False


@pytest.mark.requirement("SUP-01")
async def test_a_notice_goes_by_mail_to_the_mailbox_of_its_seat(house: House, mailman: Mailman) -> None:
    post(house, mailman)
    house.record(assigned())

    done = await house.gathered()

    assert (done.delivered, done.messages) == (1, 1)
    [mail] = mailman.mails
    assert mail["To"] == "xiayang@example.org" and mail["From"] == "清零办 <qingling@example.org>"
    assert mail["Subject"] == "【清零】转递（交办）单 QP-2026-000001"
    assert house.rows()[0]["sent_at"] is not None
    assert house.meter.outcomes == {("delivered", "mail"): 1}


@pytest.mark.requirement("FRM-01")
async def test_a_unit_without_an_address_of_its_own_has_the_mailbox_of_its_contact_form(
    house: House, mailman: Mailman
) -> None:
    house.settings(mail=server(mailman))
    house.contact(STREET, "zhengwu@example.org")
    house.record(assigned())

    await house.gathered()

    assert [mail["To"] for mail in mailman.mails] == ["zhengwu@example.org"]
    assert house.rows()[0]["recipient"] == f"unit:{STREET_ID}", "no address is kept with the delivery"


async def test_an_address_of_one_post_is_for_that_post_only(house: House, mailman: Mailman) -> None:
    house.settings(
        mail=server(mailman),
        endpoints={"boss": {"kind": "mail", "address": "boss@example.org"}},
        recipients=to("boss", role="principal"),
    )
    late = assigned()
    while not any(notice.role == "principal" for event in late.events for notice in event.notices):
        late.wait()
    house.record(late)

    await house.gathered()

    documents = {notice.document for _, notice in house.notices()}
    assert {"转递（交办）单", "督办单"} <= documents
    assert [mail["Subject"] for mail in mailman.mails] == [f"【清零】督办单 {late.number}"]


async def test_several_notices_to_one_recipient_are_one_message(house: House, mailman: Mailman) -> None:
    post(house, mailman)
    house.record(*(assigned(n) for n in range(1, 6)))

    done = await house.gathered()

    assert (done.delivered, done.messages) == (5, 1)
    [mail] = mailman.mails
    assert mail["Subject"] == "【清零】5 项通知：转递（交办）单 5"
    assert all(f"QP-2026-{n:06}" in mail.get_content() for n in range(1, 6))


async def test_one_rung_of_one_hazard_is_told_once_to_one_recipient(
    house: House, other_side: OtherSide
) -> None:
    """The reminder goes to handler and liaison: two lines of the inbox, one line in their common group."""
    group(house, other_side)
    story = assigned().planned()
    while story.events[-1].type != "reminder":
        story.wait()
    house.record(story)

    await house.gathered()

    reminders = [id for id, notice in house.notices() if notice.document == "提醒"]
    assert len(reminders) == 2
    told = "\n".join(heard.text for heard in other_side.taken)
    assert told.count("【提醒】") == 1 and "致夏阳街道责任人员、夏阳街道联络员。" in told
    assert [row["state"] for row in house.rows() if row["notice_id"] in reminders] == ["sent", "sent"]


async def test_who_was_told_by_way_of_one_seat_is_not_told_again_by_way_of_another(
    house: House, other_side: OtherSide
) -> None:
    """督办单 goes out at once, its copy to the office a little later: one group hears it once."""
    house.settings(
        endpoints={"group": robot(other_side, "wecom"), "hook": hook(other_side)},
        recipients={"qingpu": [{"unit": "*", "to": ["group", "hook"]}]},
    )
    story = assigned()
    while not any(notice.document == "督办单" for event in story.events for notice in event.notices):
        story.wait()
    house.record(story)

    await house.gathered()

    slips = {id: notice.kind for id, notice in house.notices() if notice.document == "督办单"}
    assert sorted(slips.values()) == ["cc", "to"]
    assert sum(heard.raw.decode().count("【督办单】") for heard in other_side.taken) == 1
    told = [item for heard in other_side.taken if heard.path == "/hook" for item in heard.body["notices"]]
    assert [item["kind"] for item in told if item["document"] == "督办单"] == ["to", "cc"], (
        "a system gets every addressee"
    )


async def test_a_rung_is_armed_anew_by_a_new_clock(house: House, other_side: OtherSide) -> None:
    """A relapse opens another round, whose reminder is told although the first round's was."""
    group(house, other_side)
    story = assigned().planned()
    while story.events[-1].type != "reminder":
        story.wait()
    house.record(story)
    await house.gathered()
    before = len(house.rows())

    from tests.storage.stories import ASSESSOR, HANDLER, OFFICE

    story.do("report_completion", HANDLER, evidence=[{"kind": "after", "ref": "p"}])
    story.do("assess_pass", ASSESSOR, results=[{"goal": "G1", "met": True}])
    while story.hazard.state != "LOOK_BACK":
        story.wait()
    story.do("lookback_relapse", OFFICE, findings="再次隔断")
    reminders = sum(event.type == "reminder" for event in story.events)
    while sum(event.type == "reminder" for event in story.events) == reminders:
        story.wait()
    house.record(story)
    await house.gathered()

    told = [row for row in house.rows()[before:] if ":L0:" in row["armed"]]
    assert told, "the second round's reminder was handed on"
    assert not {row["armed"] for row in told} & {row["armed"] for row in house.rows()[:before]}


# -- when --------------------------------------------------------------------------------------------


async def test_at_night_a_notice_waits_for_the_morning_of_the_next_working_day(
    house: House, mailman: Mailman
) -> None:
    post(house, mailman)
    house.record(assigned(at=datetime(2026, 9, 30, 22, 0, tzinfo=SHANGHAI)))  # before the national holiday

    assert (await house.round()).delivered == 0
    house.now = datetime(2026, 10, 8, 8, 29, tzinfo=SHANGHAI)
    assert (await house.round()).delivered == 0
    house.now = datetime(2026, 10, 8, 8, 30, tzinfo=SHANGHAI)
    assert (await house.round()).delivered == 1


async def test_a_flash_hazard_wakes_people_up(house: House, mailman: Mailman) -> None:
    post(house, mailman)
    house.record(assigned(at=NIGHT, urgency="FLASH"))

    assert (await house.round()).delivered == 1


async def test_what_was_held_up_by_day_is_not_sent_at_night(house: House, mailman: Mailman) -> None:
    """The mail server comes back in the evening: the recipient reads it in the morning all the same."""
    post(house, mailman)
    house.record(assigned(at=datetime(2026, 9, 17, 17, 40, tzinfo=SHANGHAI)))
    mailman.close()
    house.now = datetime(2026, 9, 17, 17, 59, 55, tzinfo=SHANGHAI)
    assert (await house.round()).put_off == 1

    mailman.open()
    house.now = datetime(2026, 9, 17, 21, 0, tzinfo=SHANGHAI)
    assert (await house.round()).busy is False and mailman.mails == []
    house.now = datetime(2026, 9, 18, 8, 29, 59, tzinfo=SHANGHAI)
    assert (await house.round()).busy is False
    house.now = datetime(2026, 9, 18, 8, 30, tzinfo=SHANGHAI)
    assert (await house.round()).delivered == 1


@pytest.mark.parametrize(("urgency", "wakes"), [("NORMAL", 0), ("FLASH", 1)])
async def test_a_worker_that_was_away_by_day_wakes_nobody_who_may_sleep(
    house: House, mailman: Mailman, urgency: str, wakes: int
) -> None:
    post(house, mailman)
    house.record(assigned(at=datetime(2026, 9, 17, 10, 0, tzinfo=SHANGHAI), urgency=urgency))

    house.now = datetime(2026, 9, 17, 23, 0, tzinfo=SHANGHAI)
    await house.round()
    await house.round()

    assert len(mailman.mails) == wakes
    house.now = datetime(2026, 9, 18, 8, 30, tzinfo=SHANGHAI)
    await house.round()
    assert len(mailman.mails) == 1


async def test_a_message_cut_short_by_a_worker_s_death_waits_for_the_morning_too(
    house: House, mailman: Mailman
) -> None:
    post(house, mailman)
    house.record(assigned(at=datetime(2026, 9, 17, 17, 0, tzinfo=SHANGHAI)))
    await house.round()
    house.now = datetime(2026, 9, 17, 17, 59, tzinfo=SHANGHAI)
    ids = [row["id"] for row in house.rows()]
    house.database.write_now(deliveries.begin, "qn-dying", ids, house.now, house.now + timedelta(seconds=30))

    house.now = datetime(2026, 9, 17, 18, 5, tzinfo=SHANGHAI)
    assert (await house.round()).busy is False
    house.now = datetime(2026, 9, 18, 8, 30, tzinfo=SHANGHAI)
    assert (await house.round()).delivered == 1
    assert mailman.mails[0]["X-Qingling-Delivery"] == "qn-dying"


async def test_a_holiday_takes_nothing_from_the_time_in_which_delivery_is_tried(
    house: House, mailman: Mailman
) -> None:
    """Eight days off are longer than the three in which all is tried; the morning after is not the last try."""
    post(house, mailman)
    house.record(assigned(at=datetime(2026, 9, 30, 17, 30, tzinfo=SHANGHAI)))
    mailman.close()
    house.now = datetime(2026, 9, 30, 17, 50, tzinfo=SHANGHAI)
    assert (await house.round()).put_off == 1
    house.now += timedelta(hours=1)
    await house.round()

    house.now = datetime(2026, 10, 8, 8, 30, tzinfo=SHANGHAI)
    assert (await house.round()).put_off == 1, "the mail server is still being started"
    house.now = datetime(2026, 10, 8, 12, 31, tzinfo=SHANGHAI)
    assert (await house.round()).failed == 1, "but not for ever"


async def test_a_reminder_held_back_until_it_is_pointless_is_not_sent(
    house: House, other_side: OtherSide
) -> None:
    from tests.storage.stories import HANDLER

    group(house, other_side)
    story = assigned().planned()
    while story.events[-1].type != "reminder":
        story.wait()
    house.record(story)
    await house.round()  # handed on, gathering company
    story.do("report_completion", HANDLER, evidence=[{"kind": "after", "ref": "p"}])
    house.record(story)

    house.now += timedelta(minutes=15)
    done = await house.round()

    assert done.lapsed == 2, "to handler and liaison"
    assert all("【提醒】" not in heard.text for heard in other_side.taken)


# -- failures that pass ------------------------------------------------------------------------------


async def test_a_mail_server_that_is_down_for_a_while_costs_nothing_but_time(
    house: House, mailman: Mailman
) -> None:
    post(house, mailman)
    house.record(assigned())
    mailman.close()
    await house.gathered()
    for _ in range(3):
        house.now += timedelta(minutes=5)
        assert (await house.round()).put_off == 1

    mailman.open()
    house.now += timedelta(minutes=30)
    done = await house.round()

    assert done.delivered == 1 and len(mailman.mails) == 1
    [row] = house.rows()
    assert (row["state"], row["attempts"], row["error"]) == ("sent", 5, None)


async def test_what_waited_for_a_dead_server_goes_out_together(house: House, mailman: Mailman) -> None:
    post(house, mailman)
    mailman.close()
    for n in (1, 2):
        house.record(assigned(n, at=house.now))
        await house.gathered()

    mailman.open()
    house.now += timedelta(minutes=30)
    done = await house.round()

    assert (done.delivered, done.messages, len(mailman.mails)) == (2, 1, 1)


@pytest.mark.parametrize(
    "answer",
    [
        Answer("too many", 429),
        Answer("away", 503),
        Answer({"errcode": 45009, "errmsg": "api freq out of limit"}),
        Answer({"errcode": -1, "errmsg": "system busy"}),
        Answer("<html>登录</html>"),
        Answer({"ok": True}),
        Answer([]),
    ],
    ids=["429", "503", "rate", "busy", "another page", "no code", "a list"],
)
async def test_a_robot_that_does_not_plainly_say_yes_is_asked_again(
    house: House, other_side: OtherSide, answer: Answer
) -> None:
    group(house, other_side)
    house.record(assigned())
    other_side.answers.append(answer)

    first = await house.gathered()
    assert (first.delivered, first.put_off) == (0, 1) and house.states() == ["waiting"]

    house.now += timedelta(minutes=15)
    assert (await house.round()).delivered == 1


async def test_a_robot_is_left_alone_for_as_long_as_it_asks(house: House, other_side: OtherSide) -> None:
    group(house, other_side, "dingtalk")
    house.record(assigned())
    other_side.answers.append(
        Answer({"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"})
    )
    await house.gathered()
    refused_at = house.now

    house.now = refused_at + timedelta(minutes=9)
    assert (await house.round()).busy is False
    house.now = refused_at + timedelta(minutes=10)
    assert (await house.round()).delivered == 1


async def test_a_robot_that_asked_for_a_pause_is_not_spoken_to_about_anything_else(
    house: House, other_side: OtherSide
) -> None:
    """Whoever goes on is not listened to for longer; what waits goes out in fewer messages."""
    group(house, other_side, "dingtalk")
    house.record(*(assigned(n) for n in range(1, 101)))  # three messages of forty
    other_side.answers.append(Answer({"errcode": 130101, "errmsg": "send too fast"}))
    await house.gathered()
    refused_at = house.now
    assert len(other_side.heard) == 1

    house.record(assigned(200, at=refused_at - timedelta(minutes=6)))
    for minutes in (1, 5, 9):
        house.now = refused_at + timedelta(minutes=minutes)
        assert (await house.round()).messages == 0
    assert len(other_side.heard) == 1
    house.now = refused_at + timedelta(minutes=10)
    done = await house.round()
    assert (done.delivered, done.messages) == (101, 3)


async def test_whoever_cannot_be_reached_is_tried_once_a_round(house: House, other_side: OtherSide) -> None:
    group(house, other_side)
    house.record(*(assigned(n) for n in range(1, 31)))  # five messages of six
    other_side.answers.extend([Answer("away", 503)] * 2)

    done = await house.gathered()
    assert (done.put_off, len(other_side.heard)) == (6, 1)
    house.now += timedelta(seconds=5)
    assert (await house.round()).put_off == 6 and len(other_side.heard) == 2
    house.now += timedelta(seconds=10)
    await house.round()
    assert set(house.states()) == {"sent"}


async def test_a_message_that_is_never_taken_holds_up_no_other(house: House, other_side: OtherSide) -> None:
    """A system that stumbles over one message, each time, hears all the others."""
    house.settings(endpoints={"hook": hook(other_side)}, recipients=to("hook"))
    house.record(assigned(1))
    other_side.answers.append(Answer("boom", 500))
    await house.gathered()

    for n in (2, 3):
        house.record(assigned(n, at=house.now))
        house.now += timedelta(minutes=30)  # both may go out now
        other_side.answers.extend([Answer({}), Answer("boom", 500)])
        await house.round()

    assert [row["attempts"] for row in house.rows()] == [3, 1, 1]
    assert house.states() == ["waiting", "sent", "sent"]


async def test_retry_after_is_heeded(house: House, other_side: OtherSide) -> None:
    house.settings(endpoints={"hook": hook(other_side)}, recipients=to("hook"))
    house.record(assigned())
    other_side.answers.append(Answer("", 429, {"Retry-After": "1800"}))
    await house.gathered()

    [row] = house.rows()
    assert row["not_before"] == house.now + timedelta(seconds=1800)


@pytest.mark.parametrize("answer", [Answer("boom", 500), Answer("", silent=True)], ids=["500", "timeout"])
async def test_a_webhook_is_sent_the_same_message_under_the_same_id_until_it_answers(
    house: House, other_side: OtherSide, answer: Answer
) -> None:
    house.settings(endpoints={"hook": hook(other_side)}, recipients=to("hook"), timeout=2)
    house.record(assigned(1))
    other_side.answers.append(answer)
    await house.gathered()
    house.record(assigned(2, at=house.now))  # it must not slip into a message that may have arrived

    house.now += timedelta(minutes=15)
    await house.gathered()

    first = other_side.heard[0]
    again, other = sorted(other_side.heard[1:], key=lambda heard: heard.raw != first.raw)
    assert first.headers["webhook-id"] == again.headers["webhook-id"] and first.raw == again.raw
    assert other.headers["webhook-id"] != first.headers["webhook-id"]
    assert house.states() == ["sent", "sent"]


def test_pauses_grow_from_seconds_to_half_an_hour() -> None:
    seconds = [pause(n).total_seconds() for n in range(1, 13)]
    assert seconds[:4] == [5, 10, 20, 40] and seconds == sorted(seconds)
    assert seconds[-1] == 1800 == pause(500).total_seconds()


# -- failures that do not ----------------------------------------------------------------------------


async def test_a_mailbox_that_does_not_exist_is_a_dead_letter_with_its_reason_and_no_address(
    house: House, mailman: Mailman
) -> None:
    post(house, mailman)
    house.record(assigned())
    mailman.replies.append("550 5.1.1 <xiayang@example.org>: Recipient address rejected: no such user")

    done = await house.gathered()

    [row] = house.rows()
    assert done.failed == 1 and row["state"] == "failed"
    assert "550" in row["error"] and "no such user" in row["error"] and "xiayang@" not in row["error"]
    await house.deliverer.stand("qingpu", house.meter)
    assert house.meter.standing == {"mail": (0, 1)}


async def test_a_mailbox_that_is_full_is_tried_again(house: House, mailman: Mailman) -> None:
    post(house, mailman)
    house.record(assigned())
    mailman.replies.append("452 4.2.2 mailbox full")

    assert (await house.gathered()).put_off == 1
    house.now += timedelta(minutes=15)
    assert (await house.round()).delivered == 1


@pytest.mark.parametrize(
    "address", ["xiayang", "a@b@c", "x y@example.org", "x@example.org\nBcc: y@example.org", "<x@example.org>"]
)
async def test_a_malformed_address_is_a_dead_letter(house: House, mailman: Mailman, address: str) -> None:
    post(house, mailman, address)
    house.record(assigned())

    done = await house.gathered()

    assert done.failed == 1 and mailman.mails == []
    assert "不是电子邮箱" in house.rows()[0]["error"]


@pytest.mark.parametrize(
    ("kind", "answer", "reason"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, "93000 invalid webhook url"),
        (
            "dingtalk",
            {"errcode": 310000, "errmsg": "keywords not in content"},
            "310000 keywords not in content",
        ),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, "19024 Key Words Not Found"),
    ],
)
async def test_a_refusal_inside_http_200_is_a_failure(
    house: House, other_side: OtherSide, kind: str, answer: dict[str, object], reason: str
) -> None:
    group(house, other_side, kind)
    house.record(assigned())
    other_side.answers.append(Answer(answer))

    done = await house.gathered()

    assert (done.delivered, done.failed) == (0, 1)
    assert reason in house.rows()[0]["error"]


async def test_what_cannot_be_delivered_for_three_days_is_given_up(house: House, mailman: Mailman) -> None:
    post(house, mailman)
    house.record(assigned())
    mailman.close()
    await house.gathered()

    house.now += timedelta(hours=73)
    done = await house.round()

    assert done.failed == 1 and house.states() == ["failed"]


async def test_a_dead_letter_can_be_tried_again(house: House, mailman: Mailman) -> None:
    post(house, mailman)
    house.record(assigned())
    mailman.replies.append("550 no such user")
    await house.gathered()
    assert (await house.round()).busy is False

    again = house.database.write_now(
        deliveries.retry, "qingpu", None, house.now, house.now + timedelta(hours=72)
    )

    assert again == 1 and (await house.round()).delivered == 1


async def test_a_recipient_who_was_removed_from_the_settings_is_a_dead_letter(
    house: House, mailman: Mailman
) -> None:
    post(house, mailman)
    house.record(assigned())
    await house.round()
    house.settings(mail=server(mailman))

    house.now += timedelta(minutes=15)
    assert (await house.round()).failed == 1
    assert "没有这个收件人" in house.rows()[0]["error"]


# -- rates, workers, secrecy -------------------------------------------------------------------------


async def test_a_robot_hears_no_more_than_its_platform_allows_in_a_minute(
    house: House, other_side: OtherSide
) -> None:
    group(house, other_side, per_minute=3)
    house.record(*(assigned(n) for n in range(1, 31)))  # five messages of six

    done = await house.gathered()

    assert done.messages == 3 and len(other_side.taken) == 3
    assert house.states().count("waiting") == 12


async def test_a_slow_recipient_does_not_hold_up_the_others(
    house: House, mailman: Mailman, other_side: OtherSide
) -> None:
    house.settings(
        mail=server(mailman),
        endpoints={
            "street": {"kind": "mail", "address": "a@example.org"},
            "group": robot(other_side, "wecom"),
        },
        recipients=to("street", "group"),
        timeout=3,
    )
    house.record(assigned())
    other_side.answers.append(Answer("", silent=True))

    done = await house.gathered()

    assert (done.delivered, done.put_off) == (1, 1) and len(mailman.mails) == 1


async def test_a_worker_that_died_while_sending_is_followed_by_the_same_message(
    house: House, mailman: Mailman
) -> None:
    """It may have gone out: so it goes out again, once its time is up, under the same Message-ID."""
    post(house, mailman)
    house.record(assigned(1), assigned(2))
    await house.round()
    house.now += timedelta(minutes=15)
    ids = [row["id"] for row in house.rows()]
    until = house.now + timedelta(seconds=30)
    assert house.database.write_now(deliveries.begin, "qn-dying", ids, house.now, until)

    assert (await house.round(house.another())).busy is False, "it is still the other's"
    house.now = until
    assert (await house.round(house.another())).delivered == 2

    [mail] = mailman.mails
    assert mail["Message-ID"] == "<qn-dying@example.org>" and mail["X-Qingling-Delivery"] == "qn-dying"


@pytest.mark.parametrize("times", [1, 2])
async def test_a_database_that_is_away_when_a_message_has_gone_out_does_not_send_it_twice(
    house: House, other_side: OtherSide, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """A robot knows no message it has had before, so it is worth waiting for the database."""
    monkeypatch.setattr(notices, "_PAUSE_TO_NOTE", 0.01)
    group(house, other_side)
    house.record(assigned())
    await house.round()
    house.now += timedelta(minutes=15)
    written, away = house.database.write, [True] * times

    async def write(what, *args, **more):  # type: ignore[no-untyped-def]
        if what is deliveries.sent and away:
            away.pop()
            raise StorageUnavailable("数据库不可用", "the database is away")
        return await written(what, *args, **more)

    monkeypatch.setattr(house.database, "write", write)
    assert (await house.round()).delivered == 1
    house.now += timedelta(hours=1)
    await house.round()

    assert len(other_side.heard) == 1 and house.states() == ["sent"]


async def test_who_is_being_told_by_way_of_one_seat_is_not_told_by_way_of_another_meanwhile(
    house: House, other_side: OtherSide
) -> None:
    """Nobody knows whether 督办单 arrived; its copy waits until that is settled, and is not said beside it."""
    shipped = delivery_policy("qingpu")
    copies = NoticeRow(id="cc", kind="cc", media=(Medium.ROBOT,), any_time=True, gather=5, source="P")
    table = shipped.model_copy(update={"rows": (copies, *shipped.rows)})
    house.deliverer = house.another(lambda _: table)
    house.settings(
        endpoints={"group": robot(other_side, "wecom")},
        recipients={"qingpu": [{"unit": "*", "to": ["group"]}]},
    )
    story = assigned()
    while not any(notice.document == "督办单" for event in story.events for notice in event.notices):
        story.wait()
    house.record(story)
    other_side.answers.extend([Answer("boom", 500)] * 5)
    for _ in range(20):
        await house.round()
        house.now += timedelta(minutes=3)

    slips = {id: notice.kind for id, notice in house.notices() if notice.document == "督办单"}
    states = {slips[row["notice_id"]]: row["state"] for row in house.rows() if row["notice_id"] in slips}
    assert states == {"to": "sent", "cc": "lapsed"}
    told = [heard.text for heard in other_side.heard if "【督办单】" in heard.text]
    assert len(told) > 1 and len(set(told)) == 1, "one message, however often"


async def test_two_workers_at_once_send_one_message(house: House, mailman: Mailman) -> None:
    post(house, mailman)
    house.record(*(assigned(n) for n in range(1, 4)))
    await house.round()
    house.now += timedelta(minutes=15)

    shifts = await asyncio.gather(*(house.round(house.another()) for _ in range(4)))

    assert sum(shift.delivered for shift in shifts) == 3 and len(mailman.mails) == 1


@pytest.mark.requirement("I8", "SEC-01")
async def test_no_message_holds_anything_that_somebody_wrote(
    house: House, mailman: Mailman, other_side: OtherSide
) -> None:
    house.settings(
        mail=server(mailman),
        endpoints={
            "street": {"kind": "mail", "address": "a@example.org"},
            "group": robot(other_side, "feishu"),
            "hook": hook(other_side),
        },
        recipients=to("street", "group", "hook"),
    )
    written = {
        "title": "张三举报群租",
        "place": "盈浦街道某小区12号301室",
        "description": "房东李四 13800000000",
        "reporter_ref": "reporter-77",
    }
    story = Story().report(**written).assigned()
    house.record(story)

    await house.gathered()

    said = (
        mailman.mails[0].as_string()
        + "".join(mailman.texts())
        + "".join(heard.raw.decode() for heard in other_side.taken)
    )
    assert len(other_side.taken) == 2 and story.number in said and "群租" in mailman.texts()[0]
    for word in ("张三", "李四", "301室", "13800000000", "reporter-77", "finder", "liaison-1"):
        assert word not in said


@pytest.mark.requirement("SEC-01")
@pytest.mark.parametrize("secrecy", [Confidentiality.INTERNAL, Confidentiality.SENSITIVE])
async def test_of_a_confidential_hazard_only_the_number_leaves_the_house(
    house: House, mailman: Mailman, other_side: OtherSide, secrecy: Confidentiality
) -> None:
    house.settings(
        mail=server(mailman),
        endpoints={"street": {"kind": "mail", "address": "a@example.org"}, "hook": hook(other_side)},
        recipients=to("street", "hook"),
    )
    story = assigned()
    house.record(story)
    house.set_hazard(story, confidentiality=secrecy.value)

    await house.gathered()

    [text] = mailman.texts()
    assert story.number in text and "群租" not in text and "S06-02" not in text
    [item] = other_side.taken[0].body["notices"]
    assert not {"code", "subdistrict", "owner"} & item.keys()
