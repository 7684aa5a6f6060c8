"""What a process logs, and where to."""

from __future__ import annotations

import json
import logging
from io import StringIO

import structlog

from logs import logging_to


def test_what_logs_to_a_file_for_a_while_leaves_nobody_writing_to_it_when_it_is_closed() -> None:
    """A benchmark did: whatever ran after it in the same process complained of a closed file, line for line."""
    before, level = logging.getLogger().handlers[:], logging.getLogger().level
    configured = structlog.get_config()
    ours = structlog.get_logger("one")
    with StringIO() as file:
        with logging_to(file, "json"):
            ours.info("from us", number=3)
            logging.getLogger("mail.log").info("from a library")
        said = [json.loads(line) for line in file.getvalue().splitlines()]

    assert [line["event"] for line in said] == ["from us", "from a library"] and said[0]["number"] == 3
    assert logging.getLogger().handlers == before and logging.getLogger().level == level
    assert structlog.get_config() == configured

    with structlog.testing.capture_logs() as logs:
        ours.info("afterwards")
    assert [line["event"] for line in logs] == ["afterwards"], "the logger did not keep the way of that while"
