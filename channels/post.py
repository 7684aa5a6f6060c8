"""The post office: sends a message by whatever channel its recipient has, no faster than he may be spoken to."""

from __future__ import annotations

import time
from datetime import datetime

import httpx2
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from channels import mail, robots, webhook
from channels.message import Message, Undelivered
from channels.settings import Channels, Mailbox, Robot, Webhook

NOTICES_A_MESSAGE = {"mail": 100, "wecom": 6, "dingtalk": 40, "feishu": 40, "webhook": 100}
"""How many notices one message holds: what its platform takes, and what a person reads."""
_MAIL_PER_MINUTE = 600


class PostOffice:
    """Holds the rates and the connections of this process; the channels may change between two messages."""

    def __init__(self) -> None:
        self._rates = MovingWindowRateLimiter(MemoryStorage())
        self._asked: dict[str, datetime] = {}
        self._client: httpx2.AsyncClient | None = None
        self._made_for: tuple[float, str | None] | None = None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def leave_alone(self, recipient: str, until: datetime) -> None:
        """He asked for a pause: whatever else there is for him waits as well."""
        self._asked[recipient] = until

    def wait(self, channels: Channels, recipient: str, now: datetime) -> float:
        """Claim the right to one message. Returns 0, or the seconds until there is one."""
        if recipient in self._asked:
            rest = (self._asked[recipient] - now).total_seconds()
            if rest > 0:
                return rest
            del self._asked[recipient]
        endpoint = channels.endpoints.get(recipient)
        rate = RateLimitItemPerMinute(endpoint.per_minute if endpoint else _MAIL_PER_MINUTE)
        if self._rates.hit(rate, recipient):
            return 0
        window = self._rates.get_window_stats(rate, recipient)
        return float(max(window.reset_time - time.time(), 0.5))

    async def send(
        self, channels: Channels, recipient: str, message: Message, address: str | None, now: datetime
    ) -> None:
        """Send to the endpoint of that name, or by mail to ``address``. Raises :class:`Undelivered`."""
        endpoint = channels.endpoints.get(recipient)
        match endpoint:
            case Robot():
                await robots.send(await self._web(channels), endpoint, message, int(now.timestamp() * 1000))
            case Webhook():
                await webhook.send(await self._web(channels), endpoint, message, int(now.timestamp()))
            case Mailbox():
                await self._mail(channels, endpoint.address.get_secret_value(), message, now)
            case _ if address:
                await self._mail(channels, address, message, now)
            case _:
                raise Undelivered(
                    "渠道设置中已没有这个收件人", "the channel settings no longer know it", passing=False
                )

    async def _mail(self, channels: Channels, address: str, message: Message, now: datetime) -> None:
        if channels.mail is None:
            raise Undelivered(
                "渠道设置中已没有邮件服务器", "the channel settings have no mail server", passing=False
            )
        await mail.send(channels.mail, address, message, now, channels.timeout)

    async def _web(self, channels: Channels) -> httpx2.AsyncClient:
        proxy = channels.proxy.get_secret_value() if channels.proxy else None
        made_for = (channels.timeout, proxy)
        if self._client is None or self._made_for != made_for:
            await self.close()
            # Only what the file says: no proxy from the environment, and nobody sends us elsewhere.
            self._client = httpx2.AsyncClient(
                timeout=channels.timeout, proxy=proxy, trust_env=False, follow_redirects=False
            )
            self._made_for = made_for
        return self._client
