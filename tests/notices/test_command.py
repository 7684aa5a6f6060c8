"""``qingling notices``: what whoever runs the system sees and does about deliveries."""

from __future__ import annotations

import json

import pytest

from service.post import retry_all, show, try_endpoint
from settings import Settings, load_settings
from tests.notices.conftest import Answer, House, Mailman, OtherSide, assigned, robot, server, to


@pytest.fixture
def settings(house: House) -> Settings:
    url = str(house.database._writer.url)
    return load_settings(database_url=url, channels_file=house.file.path)


async def dead_letter(house: House, mailman: Mailman) -> None:
    house.settings(
        mail=server(mailman),
        endpoints={"street": {"kind": "mail", "address": "a@example.org"}},
        recipients=to("street"),
    )
    house.record(assigned())
    mailman.replies.append("550 no such user")
    await house.gathered()


def test_nothing_to_tell_is_status_0(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert show(settings, "qingpu", None, as_json=False) == 0
    assert "没有在途或无法送达的通知" in capsys.readouterr().out


async def test_dead_letters_are_a_finding_with_their_reason(
    house: House, mailman: Mailman, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await dead_letter(house, mailman)

    assert show(settings, "qingpu", "failed", as_json=False) == 1
    said = capsys.readouterr().out
    assert "QP-2026-000001" in said and "550 no such user" in said and "a@example.org" not in said
    assert show(settings, "putuo", "failed", as_json=False) == 0
    capsys.readouterr()

    assert show(settings, "qingpu", "failed", as_json=True) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["channels"] == [{"channel": "mail", "waiting": 0, "failed": 1}]
    assert found["deliveries"][0]["recipient"] == "street"


async def test_dead_letters_are_tried_again(house: House, mailman: Mailman, settings: Settings) -> None:
    await dead_letter(house, mailman)
    rows = house.rows()
    from asyncio import to_thread

    assert await to_thread(retry_all, settings, "qingpu") == 0

    [row] = house.rows()
    assert (rows[0]["state"], row["state"], row["attempts"]) == ("failed", "waiting", 0)


def test_a_state_or_an_endpoint_that_is_not_there_is_bad_input(
    house: House, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    house.settings()
    assert show(settings, "qingpu", "lost", as_json=False) == 2
    assert try_endpoint(settings, "nobody") == 2
    for line in capsys.readouterr().err.splitlines():
        assert ("没有" in line and "there is no" in line) or "no state" in line


async def test_an_endpoint_is_tried_with_one_message(
    house: House, other_side: OtherSide, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    from asyncio import to_thread

    house.settings(endpoints={"group": robot(other_side, "feishu")})
    assert await to_thread(try_endpoint, settings, "group") == 0
    assert "渠道测试" in other_side.taken[0].text

    other_side.answers.append(Answer({"code": 19024, "msg": "Key Words Not Found"}))
    assert await to_thread(try_endpoint, settings, "group") == 1
    assert "19024" in capsys.readouterr().err
