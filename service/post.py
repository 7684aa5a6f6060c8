"""What whoever runs the deployment sees and does about deliveries: ``qingling notices``.

Each function says what it found and returns the exit status: 0 good, 1 a finding, 2 bad input.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection

from channels.message import Message, Undelivered
from channels.post import PostOffice
from channels.settings import read_channels
from domain.organisation import Actor, Role
from domain.values import PersonId, UnitId
from service.notices import retry
from settings import Settings
from storage import deliveries, inbox
from storage.database import Database
from storage.deliveries import FAILED, STATES, Count
from storage.inbox import Entry
from storage.scope import Principal

_LISTED = 200


def show(settings: Settings, profile: str, state: str | None, as_json: bool) -> int:
    """How many deliveries are open or dead, by channel; with ``state`` those in it, the newest first."""
    if state is not None and state not in STATES:
        return _wrong(
            f"没有状态“{state}”，可用：{'、'.join(STATES)} | no state {state!r}: {', '.join(STATES)}"
        )
    database = Database.connect(settings.database_url.get_secret_value())
    try:
        counts, found = database.read_now(_standing, profile, state)
    finally:
        database.close()
    listed = [(entry, one) for entry in found for one in entry.deliveries if one.state == state]
    if as_json:
        said = {
            "channels": [asdict(count) for count in counts],
            "deliveries": [
                {
                    "notice": entry.id,
                    "hazard": entry.hazard,
                    "document": entry.notice.document,
                    "channel": one.channel,
                    "recipient": one.recipient,
                    "state": one.state,
                    "attempts": one.attempts,
                    "error": one.error,
                }
                for entry, one in listed
            ],
        }
        print(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        for entry, one in listed:
            print(
                f"#{entry.id}  {entry.hazard}  {entry.notice.document}  {one.channel} → {one.recipient}"
                f"  ×{one.attempts}" + (f"  {one.error}" if one.error else "")
            )
        for count in counts:
            print(
                f"{count.channel}：在途 {count.waiting}，无法送达 {count.failed}"
                f" | {count.waiting} on their way, {count.failed} failed"
            )
        if not counts:
            print("没有在途或无法送达的通知 | nothing is on its way, nothing failed")
    return int(state in (None, FAILED) and any(count.failed for count in counts))


def retry_all(settings: Settings, profile: str) -> int:
    """Have every dead letter of a profile tried again."""
    database = Database.connect(settings.database_url.get_secret_value())
    try:
        number = asyncio.run(retry(database, profile, None))
    finally:
        database.close()
    print(f"将重新投递 {number} 项 | {number} deliveries will be tried again")
    return 0


def try_endpoint(settings: Settings, endpoint: str) -> int:
    """Send one test message. Raises :class:`settings.SettingsError` when the settings cannot be read."""
    channels = read_channels(settings.channels_file)
    if endpoint not in channels.endpoints:
        known = "、".join(channels.endpoints) or "–"
        return _wrong(
            f"渠道设置中没有“{endpoint}”，有：{known} | there is no endpoint {endpoint!r}; there are: {known}"
        )
    id = f"qn-{uuid4().hex[:16]}"
    text = f"【清零】渠道测试，请忽略。\nA test of this channel by Qingling; please ignore it.\n\n消息编号 message {id}"

    async def send() -> None:
        post = PostOffice()
        try:
            message = Message(id, "", "【清零】渠道测试 test", text, ())
            await post.send(channels, endpoint, message, None, datetime.now(UTC))
        finally:
            await post.close()

    try:
        asyncio.run(send())
    except Undelivered as error:
        print(f"未送达：{error.zh} | not delivered: {error.en}", file=sys.stderr)
        return 1
    print("已送达 | delivered")
    return 0


def _standing(connection: Connection, profile: str, state: str | None) -> tuple[list[Count], list[Entry]]:
    counts = deliveries.counts(connection, profile)
    if state is None:
        return counts, []
    operator = Principal(profile, Actor(unit=UnitId("-"), role=Role.OFFICE, person=PersonId("operator")))
    return counts, inbox.find(connection, operator, inbox.Wanted(to="all", state=state), None, _LISTED)


def _wrong(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2
