"""通知投递: what became of notices outside the inbox, what nobody acknowledged, and dead letters to be sent again.

For those who look after the whole district; the office alone may have a dead letter tried again.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from api import notices as api
from api.problems import Problem
from domain.organisation import ROLES_OF_THE_OFFICE
from storage.deliveries import FAILED, SENT, WAITING
from storage.inbox import Delivery, Wanted
from web import inbox
from web.inbox import Note
from web.typed import typed_in
from web.visit import Visit

PATH = "/notices"
PAGE = 50
SHOWN = {
    "failed": Wanted(to="all", state=FAILED),
    "waiting": Wanted(to="all", state=WAITING),
    "sent": Wanted(to="all", state=SENT),
    "unread": Wanted(to="all", receipt="none"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A notice and each of its ways out of the house, in words."""

    note: Note
    ways: tuple[Way, ...]

    @property
    def dead(self) -> bool:
        return any(way.delivery.state == FAILED for way in self.ways)


@dataclass(frozen=True, slots=True)
class Way:
    """One recipient: by its name in the settings, or the unit whose mailbox it is."""

    delivery: Delivery
    channel: str
    recipient: str
    state: str
    more: str


async def show(visit: Visit) -> Response:
    notices = visit.rooms.notices
    counts = await notices.counts(visit.principal)
    chosen = _chosen(visit)
    found, following = await notices.find(visit.principal, SHOWN[chosen], inbox.before(visit), PAGE)
    say, again = visit.language.say, visit.request.query_params.get("again", "")
    names = {
        "failed": say("未能送达"),
        "waiting": say("等待发出"),
        "sent": say("已送达"),
        "unread": say("未签收的通知"),
    }
    return visit.page(
        "notices",
        tabs=[(name, f"{PATH}?show={key}", key == chosen) for key, name in names.items()],
        chosen=chosen,
        counts=[(channel(visit, one.channel), one) for one in counts],
        dead=sum(one.failed for one in counts),
        lines=[
            Line(inbox.note(visit, one), tuple(_way(visit, each) for each in one.deliveries)) for one in found
        ],
        following=f"{PATH}?show={chosen}&before={following}" if following else None,
        again=again if again.isdecimal() and len(again) < 10 else None,
        may_retry=visit.principal.actor.role in ROLES_OF_THE_OFFICE,
    )


def _chosen(visit: Visit) -> str:
    asked = visit.request.query_params.get("show", "failed")
    return asked if asked in SHOWN else "failed"


async def as_csv(visit: Visit) -> Response:
    return await api.as_csv(visit.request, visit.principal, _sheet(visit))


async def as_xlsx(visit: Visit) -> Response:
    return await api.as_xlsx(visit.request, visit.principal, _sheet(visit))


def _sheet(visit: Visit) -> api.Sheet:
    wanted = SHOWN[_chosen(visit)]
    return api.Sheet.model_validate(
        {"to": wanted.to, "receipt": wanted.receipt, "state": wanted.state, "lang": visit.language.code}
    )


def _way(visit: Visit, one: Delivery) -> Way:
    say = visit.language.say
    states = {
        "waiting": say("等待发出"),
        "sending": say("正在发送"),
        "sent": say("已送达"),
        "failed": say("未能送达"),
        "lapsed": say("已无须再发"),
    }
    unit = one.recipient.removeprefix("unit:") if one.recipient.startswith("unit:") else None
    recipient = say("{unit}的政务邮箱", unit=visit.unit(unit)) if unit else one.recipient
    more = [
        visit.moment(one.sent_at) if one.sent_at else "",
        say("{time} 起", time=visit.moment(one.not_before)) if one.state == WAITING else "",
        say("已试 {n} 次", n=one.attempts) if one.attempts else "",
        _reason(visit, one.error),
    ]
    return Way(one, channel(visit, one.channel), recipient, states[one.state], " · ".join(filter(None, more)))


def channel(visit: Visit, name: str) -> str:
    say = visit.language.say
    return {
        "mail": say("电子邮件"),
        "wecom": say("企业微信"),
        "dingtalk": say("钉钉"),
        "feishu": say("飞书"),
        "webhook": say("对接系统"),
    }[name]


def _reason(visit: Visit, error: str | None) -> str:
    """Reasons are kept in both languages, ``中文 / English``; either may quote a machine that writes " / "."""
    said = (error or "").split(" / ")
    half = len(said) // 2
    return " / ".join(said[:half] if visit.language.chinese else said[half:]) if half else said[0]


async def retry(visit: Visit) -> Response:
    """Have one dead letter tried again, or all of them."""
    typed = await typed_in(visit.request)
    said, every = typed.get("notice", []), "all" in typed
    if not (every or said) or not all(text.isdecimal() and len(text) <= 15 for text in said):
        raise Problem(
            422, "notices.choose", "请选择要重新投递的通知", "choose what is to be sent again", "SUP-01"
        )
    number = await visit.rooms.notices.retry(visit.principal, None if every else [int(text) for text in said])
    return visit.go(PATH, again=str(number))
