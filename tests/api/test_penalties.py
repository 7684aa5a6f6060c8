"""An enterprise's penalties are counted across hazards, whoever recorded them (PEN-01, N50)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.values import local
from storage import ledger, rebuild
from tests import seats
from tests.api.conftest import Api

ONE, ANOTHER = "91310118MA1JXXXX2X", "91310118MA1JXXXX1X"


def punish(api: Api, hazard: str, enterprise: str, ago: int) -> None:
    day = local(datetime.now(UTC)).date() - timedelta(days=ago)
    answer = api.give(
        seats.OFFICE, hazard, "add_penalty", enterprise=enterprise, violation="拒不整改", penalty="罚款三万元",
        document="罚〔2026〕5号", on=day.isoformat(), refused_to_rectify=True,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text


def penalties(api: Api, who: Any, enterprise: str) -> Any:
    answer = api.get(who, f"/v1/enterprises/{enterprise}/penalties")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.requirement("PEN-01")
def test_penalties_on_several_hazards_count_together_and_each_is_seen_by_whom_it_concerns(api: Api) -> None:
    first, second = api.remediating(), api.remediating()
    punish(api, first, ONE, 190)
    punish(api, first, ONE, 100)
    punish(api, second, ONE, 10)
    punish(api, second, ANOTHER, 5)

    shown = penalties(api, seats.OFFICE, ONE)
    assert [one["hazard"] for one in shown["items"]] == [second, first, first]
    assert {one["unit"]["name"] for one in shown["items"]} == {"区清零办"}
    by_days = {one["days"]: (one["found"], one["times"], one["reached"]) for one in shown["repeats"]}
    assert by_days == {180: (2, 3, False), 365: (3, 4, False)}, "190 days ago is out of the first"

    punish(api, second, ONE, 0)
    repeats = penalties(api, seats.OTHER_STREET, ONE)
    assert [one["reached"] for one in repeats["repeats"]] == [True, True]
    assert {one["hazard"] for one in repeats["items"]} == {None}, "the hazards are none of their business"
    assert penalties(api, seats.OFFICE, "91310118MA1JXXXX9X")["items"] == []
    assert penalties(api, seats.who("区城运中心", "desk", "d", "putuo"), ONE)["items"] == [], (
        "another district"
    )

    assert api.qingpu.database.read_now(ledger.verify, first) == []
    rebuild.rebuild(api.qingpu.database)
    assert penalties(api, seats.OTHER_STREET, ONE) == repeats


def test_a_code_that_is_none_is_refused(api: Api) -> None:
    answer = api.get(seats.OFFICE, "/v1/enterprises/张三/penalties")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-parameter")
