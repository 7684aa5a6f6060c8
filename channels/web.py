"""What robots and webhooks have in common: one POST, and what its failures mean."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from channels.message import Undelivered

_PASSING = frozenset({408, 425, 429})
_LONGEST_ANSWER = 64 * 1024
_LONGEST_WAIT = 6 * 3600.0


async def post(client: httpx2.AsyncClient, url: str, body: bytes, headers: dict[str, str]) -> httpx2.Response:
    """The answer to a POST of JSON when it was 2xx. Raises :class:`Undelivered` for everything else."""
    try:
        answer = await client.post(url, content=body, headers={"Content-Type": "application/json", **headers})
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as error:
        raise Undelivered(
            "连不上对方", f"the recipient cannot be reached ({type(error).__name__})", passing=True
        ) from None
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, ValueError):
        raise Undelivered("地址无法使用", "the address cannot be used", passing=False) from None
    except httpx2.HTTPError as error:
        raise Undelivered(
            "对方没有应答", f"the recipient did not answer ({type(error).__name__})", passing=True, maybe=True
        ) from None
    status = answer.status_code
    if 200 <= status < 300:
        if len(answer.content) > _LONGEST_ANSWER:
            raise Undelivered("对方的应答过长", "the answer is too long", passing=True, maybe=True)
        return answer
    # After a 5xx nobody knows how far it got; after the others it was not taken.
    raise Undelivered(
        f"对方答 HTTP {status}",
        f"the recipient answered HTTP {status}",
        passing=status >= 500 or status in _PASSING,
        maybe=status >= 500,
        wait=_retry_after(answer.headers.get("retry-after", "")),
    )


def _retry_after(said: str) -> float | None:
    """Seconds to wait as a recipient asks (RFC 9110): a number or a date; nonsense is no wish."""
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(seconds, _LONGEST_WAIT) if seconds > 0 else None
