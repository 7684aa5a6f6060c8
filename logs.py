"""How every process of ours writes its log: lines for people, or one JSON object a line for machines.

No names, phone numbers, tokens or message texts are ever logged; hazards appear by number, units by id.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor

from domain.values import SHANGHAI

Style = Literal["console", "json"]


def configure_logging(style: Style, stream: TextIO | None = None, *, for_good: bool = True) -> None:
    """Set up structlog and hand the standard library's records (Temporal's, uvicorn's) to it.

    ``stream`` is standard error if nothing is said. A logger that is used while this is ``for_good`` keeps its way.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _timestamp,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=(stream or sys.stderr).isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=for_good,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


@contextmanager
def logging_to(stream: TextIO, style: Style) -> Iterator[None]:
    """Log to ``stream`` for a while, and as before from then on: nobody is left writing to a closed file."""
    root, configured = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    configure_logging(style, stream, for_good=False)
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**configured)


def _timestamp(_logger: object, _method: str, event: EventDict) -> EventDict:
    """RFC 3339 with offset, in the time the officers live by."""
    event["timestamp"] = datetime.now(SHANGHAI).isoformat(timespec="milliseconds")
    return event
