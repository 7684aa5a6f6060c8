"""What a district's folder comes to, for whoever wrote it: loaded, checked, and told in a few lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from domain import modes
from domain.catalogue import responsible
from domain.library import Rulebook
from domain.organisation import UnitType
from domain.policy import Policy
from domain.values import Mode, State, Value
from domain.walk import Walk
from profiles.borders import BORDERS, read_borders
from profiles.loader import read_profile, shared_policy
from profiles.maps import read_map
from profiles.notices import has_notices, notices_in


class Account(Value):
    """A district that can be used as it stands, and where it differs from what all share."""

    key: str
    name: str
    en: str
    prefix: str
    version: str
    modes: tuple[Mode, ...]
    units: dict[UnitType, int]
    states: int
    """How many states its hazards may come to."""
    items: int
    ruled_on: tuple[str, ...]
    """Items that nobody answers for, so that jurisdiction is ruled on (A15)."""
    rows: tuple[str, ...]
    """Rows of the policy that the district has set, with their limit and source."""
    decisions: tuple[str, ...]
    """Who decides where this district says otherwise."""
    lines: dict[str, str]
    """Who leads each line of work, by its name."""
    terms: dict[str, str]
    files: tuple[str, ...]
    """What besides the profile is in the folder and has been read."""


def account(folder: Path) -> Account:
    """Load and check all files of a district. Raises :class:`profiles.mistakes.ProfileError`."""
    book = read_profile(folder)
    drawn = read_map(folder, book.organisation)
    borders = read_borders(folder, book.organisation)
    notices_in(folder)
    anywhere = book.organisation.territories[0].id if book.organisation.territories else None
    return Account(
        key=book.profile,
        name=book.name,
        en=book.en,
        prefix=book.prefix,
        version=book.version,
        modes=book.modes,
        units=Counter(unit.type for unit in book.organisation.units),
        states=len({state for _, state in Walk(book).reached}),
        items=len(book.catalogue.items),
        ruled_on=tuple(
            item.code
            for item in book.catalogue.items
            if responsible(item, book.organisation, anywhere).needs_ruling
        ),
        rows=tuple(_rows(shared_policy(), book.policy)),
        decisions=tuple(book.said(line) for line in _decisions(book)),
        lines={line.name: book.organisation.name(line.lead) for line in book.lines},
        terms=book.terms,
        files=(
            *(("map.yaml",) if drawn else ()),
            *((BORDERS,) if borders else ()),
            *(("notices.yaml",) if has_notices(folder) else ()),
        ),
    )


def _rows(shared: Policy, own: Policy) -> Iterator[str]:
    for id, row in own.row_by_id.items():
        if row != shared.row_by_id.get(id):
            yield f"{id} {row.limit}（{row.source}）"
    yield from (f"{id} –" for id in shared.row_by_id.keys() - own.row_by_id.keys())
    for mode, limits in own.lookbacks.items():
        if limits != shared.lookbacks.get(mode):
            yield f"{mode.zh}回头看 {'、'.join(str(limit) for limit in limits)}"
    for rung, usual in zip(own.ladder, shared.ladder, strict=True):
        if rung != usual:
            yield f"{rung.rung} {rung.after or '–'}（{rung.source}）"


def _decisions(book: Rulebook) -> Iterator[str]:
    approvals = book.policy.approvals
    for mode in Mode:
        if mode in approvals.extensions:
            yield f"{mode.zh}延期：{modes.extension_decider(book.policy, mode).zh}"
        if mode in approvals.key_control:
            yield f"{mode.zh}重点防控：{modes.key_control_decider(book.policy, mode).zh}"
        if mode in approvals.recognition:
            recognised = modes.after_the_assessment(book.policy, mode) is State.AWAITING_RECOGNITION
            yield f"{mode.zh}认定：{'清零办' if recognised else '本单位'}"
        if mode in approvals.lookbacks:
            yield f"{mode.zh}回头看：{'本单位' if modes.owner_looks_back(book.policy, mode) else '其他单位'}"


def lines(found: Account) -> Iterator[str]:
    """The account as people read it, a subject a line; what is as everywhere is not told."""
    yield f"✓ {found.key}  {found.name} {found.en}  {found.prefix}  {found.version}"
    yield f"  方式 modes      {'、'.join(f'{mode.zh} {mode}' for mode in found.modes)}"
    yield f"  单位 units      {'、'.join(f'{kind.zh} {n}' for kind, n in found.units.items())}"
    yield f"  流程 process    {found.states} 种状态，每种都有出路 | {found.states} states, each with a way out"
    ruled = f"，须明确管辖 to be ruled on：{'、'.join(found.ruled_on)}" if found.ruled_on else ""
    yield f"  目录 catalogue  {found.items} 个小类 items{ruled}"
    for title, said in (
        ("时限 policy    ", found.rows),
        ("审批 decisions ", found.decisions),
        ("条线 lines     ", tuple(f"{name}：{lead}" for name, lead in found.lines.items())),
        ("叫法 terms     ", tuple(f"{term}→{own}" for term, own in found.terms.items())),
        ("另有 also      ", found.files),
    ):
        if said:
            yield f"  {title} {'；'.join(said)}"
