"""Finding hazards by words: an index of pairs of characters, which suits Chinese as it does anything else.

A word of two characters is the rule in Chinese, and neither database's own index of texts finds it. So
each text is kept as the pairs of neighbouring characters it contains, on SQLite in a full-text table
(``text_index``), on PostgreSQL as a ``tsvector``. Whatever contains a text contains its pairs; the texts
themselves are looked at afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    Connection,
    Dialect,
    Integer,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import ColumnElement

from storage.prepared import AnyInsert, Prepared, inserting
from storage.tables import hazards, texts

FIELDS = ("title", "place", "description", "id", "external_number")
"""Columns of ``hazards`` that are looked through."""


def record(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Index new hazards by their rows of ``hazards``."""
    sqlite = connection.dialect.name == "sqlite"
    for row in rows:
        pairs = " ".join(sorted(_pairs(row[name] or "" for name in FIELDS)))
        if sqlite:
            _NAME.run(connection, {"hazard_id": row["id"]})
            _SET_PAIRS.run(connection, {"pairs": pairs})
        else:
            _NAME_WITH_PAIRS.run(connection, {"hazard_id": row["id"], "pairs": pairs})


def forget_all(connection: Connection) -> None:
    connection.execute(texts.delete())
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO text_index(text_index) VALUES ('delete-all')"))


def missing(connection: Connection) -> list[str]:
    """Hazards that no word finds."""
    query = select(hazards.c.id).where(~select(texts.c.doc).where(texts.c.hazard_id == hazards.c.id).exists())
    return list(connection.scalars(query))


def may_contain(dialect: Dialect, words: str) -> ColumnElement[bool] | None:
    """What narrows hazards to those that may contain ``words``; ``None`` where there is no pair to go by."""
    pairs = sorted(_pairs([words]))
    if not pairs:
        return None
    if dialect.name == "sqlite":
        found = select(_INDEX.c.rowid).where(_INDEX.c.text_index.op("MATCH")(" ".join(pairs)))
        match: ColumnElement[bool] = texts.c.doc.in_(found)
    else:
        match = texts.c.pairs.op("@@")(cast(" & ".join(pairs), postgresql.TSQUERY))
    return hazards.c.id.in_(select(texts.c.hazard_id).where(match))


_INDEX = table("text_index", column("rowid", Integer), column("text_index", Text))
"""SQLite's full-text table, whose column of its own name is what is matched."""

_RUN = re.compile(r"[^\W_]{2,}")


def _pairs(parts: Iterable[str]) -> set[str]:
    """The pairs of neighbouring letters, figures and characters, each as eight plain letters."""
    found: set[str] = set()
    for part in parts:
        for run in _RUN.findall(part.casefold()):
            codes = [_code(character) for character in run]
            found.update(map("".join, pairwise(codes)))
    return found


@lru_cache(maxsize=8192)
def _code(character: str) -> str:
    """Four letters. Characters may share a code: what is found is looked at again."""
    letters, rest = "", ord(character)
    for _ in range(4):
        rest, letter = divmod(rest, 26)
        letters += chr(97 + letter)
    return letters


def _with_pairs(dialect: str) -> AnyInsert:
    vector = func.array_to_tsvector(func.string_to_array(bindparam("pairs"), literal_column("' '")))
    return postgresql.insert(texts).values(hazard_id=bindparam("hazard_id"), pairs=vector).inline()


_NAME = inserting(texts, without=("doc", "pairs"))
_NAME_WITH_PAIRS = Prepared(_with_pairs)
_SET_PAIRS = Prepared(
    lambda _: text("INSERT INTO text_index(rowid, pairs) VALUES (last_insert_rowid(), :pairs)")
)
