"""Moments and reasons in plain words, one line each, in Chinese or in English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from audit.life import TEXTS, shown_due, words_of
from audit.reasons import Account, Derivation, Reason, Told
from audit.travel import Moment
from domain.library import Rulebook
from domain.organisation import Actor, Role, joined
from domain.values import Labelled, local

Lang = Literal["zh", "en"]


def when(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}"


class Names:
    """Names of one district in one language."""

    def __init__(self, book: Rulebook, lang: Lang) -> None:
        self._organisation = book.organisation
        self._said = book.said
        self._zh = lang == "zh"

    def unit(self, unit: str) -> str:
        found = next((one for one in self._organisation.units if one.id == unit), None)
        if found is None:
            return "系统" if unit == "system" and self._zh else unit
        return found.name if self._zh or not found.en else found.en

    def seat(self, unit: str, role: str) -> str:
        if role == Role.SYSTEM:
            return self.pick("系统", "the system")
        name, held = self.unit(unit), Role(role)
        return joined(name, self._said(held.zh)) if self._zh else f"{name}, {held.en}"

    def actor(self, actor: Actor) -> str:
        post = (f"（{actor.post}）" if self._zh else f" ({actor.post})") if actor.post else ""
        return self.seat(actor.unit, actor.role) + post

    def word(self, value: Labelled) -> str:
        return self._said(value.zh) if self._zh else value.en

    def pick(self, zh: str, en: str) -> str:
        return zh if self._zh else en


# -- a moment ----------------------------------------------------------------------------------------


def moment_lines(moment: Moment, lang: Lang) -> Iterator[str]:
    state, event = moment.state, moment.step.event
    names = Names(moment.rules.book, lang)
    pick, word = names.pick, names.word
    yield f"{state.id}  {when(moment.at)}"
    yield pick("截至第{n}步", "as of step {n}").format(n=event.seq) + (
        f"（{when(event.at)} {words_of(event)[0]}）"
        if lang == "zh"
        else f" ({when(event.at)} {words_of(event)[1]})"
    )
    yield f"{pick('状态', 'state')}  {word(state.state)}  {state.state}"
    yield (
        f"{pick('管辖', 'owner')}  {names.unit(state.owner)}  {word(state.mode)}  "
        f"{pick(f'第{state.round}轮', f'round {state.round}')}  {word(state.urgency)}"
    )
    yield f"{pick('督办', 'supervision')}  {state.level} {word(state.level)}  {word(state.sla)}"
    yield f"{pick('事项', 'what')}  {state.title or state.code or '–'}  {state.place}"
    yield pick("期限", "deadlines")
    for one in moment.deadlines:
        clock = one.clock
        marks = [names.unit(clock.subtask)] if clock.subtask else []
        marks += [pick("暂定", "provisional")] * clock.provisional
        marks += [pick("停计", "stopped")] * (not clock.running)
        yield f"  {shown_due(clock.due)}  {word(clock.key)}  {' '.join(marks)}".rstrip()
        yield from (f"      {line}" for line in (one.explanation.zh if lang == "zh" else one.explanation.en))
    if not moment.deadlines:
        yield pick("  无", "  none")
    units = pick("、", ", ").join(names.unit(unit) for unit in moment.readers.units)
    seats = pick("、", ", ").join(word(role) for role in moment.readers.central)
    yield (
        f"{pick('可见', 'could see it')}  {units}；{seats}"
        if lang == "zh"
        else f"could see it  {units}; {seats}"
    )
    yield pick("已知", "known")
    for text in moment.said:
        yield f"  {text.seq:>3} {when(text.at)} {pick(*TEXTS[text.field])}：{_short(text.text)}"
    for piece in moment.evidence:
        yield f"  {piece.seq:>3} {when(piece.at)} {pick('证据', 'evidence')} {piece.kind} {piece.ref} {piece.sha256 or ''}".rstrip()
    yield pick("当时的预告", "the forecast of then")
    for foreseen in moment.foreseen:
        mark = pick("（暂定）", " (provisional)") if foreseen.provisional else ""
        yield f"  {when(foreseen.at)}{mark}  {foreseen.zh if lang == 'zh' else foreseen.en}"
    if not moment.foreseen:
        yield pick("  不会自动发生任何事", "  nothing happens by itself")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79] + "…"


# -- reasons -----------------------------------------------------------------------------------------


def account_lines(account: Account, book: Rulebook, lang: Lang) -> Iterator[str]:
    names = Names(book, lang)
    for reason in account.reasons:
        yield from _reason(reason, names, lang)
    if account.deadlines:
        yield names.pick("期限推算", "deadlines")
    for one in account.deadlines:
        yield from _derivation(one, names, lang)


def _reason(reason: Reason, names: Names, lang: Lang) -> Iterator[str]:
    pick = names.pick
    yield f"{reason.seq:>3}  {when(reason.at)}  {pick(reason.zh, reason.en)}  {names.actor(reason.actor)}"
    moved = names.word(reason.after)
    if reason.before is not None and reason.before is not reason.after:
        moved = f"{names.word(reason.before)} → {moved}"
    yield f"       {pick('依据', 'rule')}  {pick(reason.rule_zh, reason.rule_en)}（{reason.requirement}）  {moved}"
    for row in reason.rows:
        limit = pick(row.limit.zh, row.limit.en) if row.limit else ""
        yield f"       {pick('政策', 'policy')}  {row.row}  {limit}  {row.source}"
    if reason.escalation:
        one = reason.escalation
        yield pick(
            f"       时钟  {one.clock.zh}，{when(one.started)} 起算，{shown_due(one.due)} 到期，责任 {names.unit(one.bearer)}",
            f"       clock  {one.clock.en}, from {when(one.started)}, due {shown_due(one.due)}, borne by {names.unit(one.bearer)}",
        )
    yield from (_told(told, names) for told in reason.told)
    if reason.could_not:
        could = "、".join(reason.could) if lang == "zh" else ", ".join(reason.could)
        yield f"       {pick('当时可办', 'might have')}  {could or pick('无', 'nothing')}"
        yield f"       {pick('当时不可办', 'could not have')}  " + pick("、", ", ").join(
            f"{one.command}({one.refused.code})" for one in reason.could_not
        )


def _told(told: Told, names: Names) -> str:
    pick = names.pick
    arrived = (
        pick(f"{when(told.delivered_at)} 送达", f"delivered {when(told.delivered_at)}")
        if told.delivered_at
        else pick("未送达", "not delivered")
    )
    receipt = (
        pick(f"{when(told.receipt_at)} 回执", f"receipt {when(told.receipt_at)}")
        if told.receipt_at
        else pick("无回执", "no receipt")
    )
    kind = pick("抄送", "cc") if told.kind == "cc" else pick("送", "to")
    return f"       {kind}  {names.seat(told.unit, told.role)}  《{told.document}》  {arrived}，{receipt}"


def _derivation(one: Derivation, names: Names, lang: Lang) -> Iterator[str]:
    pick, clock = names.pick, one.clock
    end = (
        pick(f"第{one.ended_by}步结束", f"ended by step {one.ended_by}")
        if one.ended_by
        else pick("仍在", "still standing")
    )
    yield (
        f"  {pick(f'第{one.seq}步', f'step {one.seq}')}  {names.word(clock.key)}（{one.n}）  {shown_due(clock.due)}  "
        f"{names.unit(clock.bearer)}  {end}"
    )
    yield from (f"      {line}" for line in (one.explanation.zh if lang == "zh" else one.explanation.en))


# -- what if -----------------------------------------------------------------------------------------

_KINDS = {
    "deadline": ("期限", "deadlines"),
    "rung": ("提醒与升级", "alarms and rungs"),
    "refusal": ("办理结果", "verdicts on commands"),
    "end": ("最终状态", "ends"),
}


def what_if_total(looked: int, differed: int, kinds: Mapping[str, int], lang: Lang) -> str:
    zh = "，".join(f"{_KINDS[kind][0]} {n} 处" for kind, n in sorted(kinds.items()))
    en = ", ".join(f"{n} {_KINDS[kind][1]}" for kind, n in sorted(kinds.items()))
    if lang == "zh":
        return f"共 {looked} 件，{differed} 件会不同{f'：{zh}' if zh else ''}"
    return f"{looked} hazards, {differed} would differ{f': {en}' if en else ''}"
