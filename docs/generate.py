"""Prints the process as the code holds it into ``docs/process.md``, in Chinese and then in English.

``python -m docs.generate`` writes the page, ``--check`` only says whether it is up to date. The tables
come from the code, the differences at the end from ``differences``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from docs.differences import DIFFERENCES
from docs.printing import Tell, bring_up_to_date, table
from domain.clocks import MAIN_TIMER
from domain.commands import COMMANDS
from domain.guards import Guard
from domain.library import Rulebook
from domain.organisation import Role
from domain.policy import Addressee, ClockRow, Policy, RungRow
from domain.transitions import TRANSITIONS, Transition
from domain.values import ClockKey, Labelled, Limit, State
from profiles.loader import shipped_profiles

PAGE = Path(__file__).with_name("process.md")


@dataclass(frozen=True)
class Language:
    """One of the page's two languages: how it names a labelled thing, a limit, and a pair of words."""

    chinese: bool

    def say(self, zh: str, en: str) -> str:
        return zh if self.chinese else en

    def name(self, thing: Labelled | Limit | None) -> str:
        return "" if thing is None else self.say(thing.zh, thing.en)

    def all(self, things: Iterable[Labelled | Limit]) -> str:
        return self.say("、", ", ").join(self.name(thing) for thing in things)


ZH, EN = Language(chinese=True), Language(chinese=False)


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


def page() -> str:
    parts = [
        "<!-- 本页由程序生成：python -m docs.generate | generated, do not edit -->",
        "# 流程 · The process",
        "本页由 `domain/` 的表和 `profiles/` 的政策打印，与程序一致。English below.",
        *_part(ZH),
        "---",
        "Printed from the tables of `domain/` and the policies of `profiles/`; what stands here is what runs.",
        *_part(EN),
    ]
    return "\n\n".join(parts) + "\n"


def _part(words: Language) -> Iterable[str]:
    yield words.say("## 一、状态", "## 1. States")
    yield states(words)
    yield words.say("## 二、办理", "## 2. Transitions")
    yield words.say(
        "“–”表示状态不变。先查席位，再查权限、是否过时、状态，最后查以下条件；不予办理时什么也不改变。",
        "“–”: the state stays. Asked in this order: the seat, the right, staleness, the state, then the conditions "
        "below. A refusal changes nothing.",
    )
    yield transitions(words)
    yield words.say("### 条件与答复", "### Conditions and answers")
    yield guards(words)
    yield words.say("### 各项命令共有的答复", "### Answers common to all commands")
    yield common_refusals(words)
    yield words.say("## 三、时限", "## 3. Deadlines")
    yield words.say(
        "起始当日不计，工作日、日到最后一天 24:00；末日逢休息日顺延（N90）。几行都适用时，最具体的有效：隐患小类、风险类别、紧急程度、整治方式。",
        "The day of the event is not counted; days end at 24:00, calendar days move on from a free last day (N90). "
        "Of several rows that fit the most particular counts: item, risk category, urgency, mode.",
    )
    for names, policy in policies():
        yield f"### {words.say('、', ', ').join(words.say(book.name, book.en) for book in names)} · {policy.version}"
        yield clock_rows(policy, words)
        yield other_numbers(policy, words)
        yield words.say("#### 督办阶梯", "#### The ladder")
        yield ladder(policy.ladder, words)
        for name, own in policy.ladders.items():
            rungs = words.say("、", ", ").join(own.rungs)
            yield words.say(
                f"##### 阶梯 `{name}`：{rungs}，其中不同的级",
                f"##### Ladder `{name}`: {rungs}; the rungs that differ",
            )
            yield ladder(own.rows, words)
    yield words.say("## 四、与流程规格的差别", "## 4. Differences to the process specification")
    yield "\n".join(f"- **{rule}** {words.say(zh, en)}" for rule, zh, en in DIFFERENCES)


def policies() -> list[tuple[list[Rulebook], Policy]]:
    """The shipped districts, those that work by the same policy together."""
    groups: list[tuple[list[Rulebook], Policy]] = []
    for book in shipped_profiles().values():
        same = next((books for books, policy in groups if policy == book.policy), None)
        if same is None:
            groups.append(([book], book.policy))
        else:
            same.append(book)
    return groups


# ── its tables ───────────────────────────────────────────────────────────────────────────────────────


_WORKING = (ClockKey.REMEDIATE, ClockKey.REWORK)
"""The clocks of the work itself: no state starts or ends them, for they run through several."""


def states(words: Language) -> str:
    rows = [
        (
            f"`{state}`",
            words.name(state),
            words.all(_WORKING) if state is State.REMEDIATING else words.name(MAIN_TIMER.get(state)),
            words.say("是", "yes") if state.terminal else "",
        )
        for state in State
    ]
    return table(words.say("状态|名称|主时限|终结", "State|Name|Timer|Final"), rows)


def transitions(words: Language) -> str:
    rows = [
        (
            row.id,
            f"`{row.command}`" if row.command else words.say("到时", "time"),
            _command_name(row, words),
            f"{_sources(row, words)} → {row.target.value}",
            _who(row, words),
            row.requirement,
        )
        for row in TRANSITIONS
    ]
    return table(words.say("编号|命令|名称|状态|谁|依据", "Id|Command|Name|States|Who|Source"), rows)


def _command_name(row: Transition, words: Language) -> str:
    if row.command is None:
        return words.say("回头看到期", "a look-back falls due")
    form = COMMANDS[row.command]
    return words.say(form.zh, form.en)


def _sources(row: Transition, words: Language) -> str:
    """The states one by one, or in words where nearly all of them are meant."""
    unfinished = {state for state in State if not state.terminal}
    watched = {State.CLEARED, State.LOOK_BACK}
    if row.sources == unfinished:
        return words.say("任何未结状态", "any open state")
    if row.sources > unfinished:
        also = [state for state in State if state in row.sources - unfinished]
        return ", ".join([words.say("任何未结状态", "any open state"), *also])
    if row.sources >= unfinished - watched:
        also = [state for state in State if state in row.sources & watched]
        return ", ".join([words.say("清零前各状态", "any state before clearance"), *also])
    return ", ".join(state for state in State if state in row.sources) or "–"


def _who(row: Transition, words: Language) -> str:
    return words.say("；", "; ").join(words.say(who.zh, who.en) for who in row.who)


def guards(words: Language) -> str:
    rows = [
        (
            f"`{row.id}.{guard.code}`",
            f"`{row.command}`",
            str(guard.status),
            guard.requirement,
            words.say(guard.zh, guard.en),
            _asked(guard, words),
        )
        for row in TRANSITIONS
        for guard in row.guards
    ]
    return table(
        words.say("代码|命令|状态码|依据|答复|何时查", "Code|Command|Status|Source|Answer|Asked"), rows
    )


def _asked(guard: Guard, words: Language) -> str:
    return words.say("填表后", "of the form") if guard.of_form else words.say("填表前", "before the form")


def common_refusals(words: Language) -> str:
    rows = (
        ("`<row>.no-such-seat`", "403", "ACT-04", "本区没有这个席位", "the district has no such seat"),
        ("`<row>.not-your-right`", "403", "", "不是该席位的权限", "it is not this seat's right"),
        ("`stale`", "412", "INT-01", "所见状态已过时", "the state seen is no longer the present one"),
        ("`<row>.wrong-state`", "409", "", "不在可办理的状态", "the hazard is in another state"),
        ("`T01.already-reported`", "409", "REG-05", "该隐患已登记", "it has been reported already"),
        ("`<command>.form`", "422", "INT-01", "表单有误，逐项列明", "the form is malformed, field by field"),
        ("`key-reused`", "422", "INT-01", "幂等键已用于另一项命令", "the key was used for another command"),
        ("`key-of-another-seat`", "422", "INT-01", "幂等键已由另一席位用过", "another seat has used the key"),
        ("`unknown-command`", "404", "INT-01", "没有这个命令", "there is no such command"),
    )
    return table(
        words.say("代码|状态码|依据|答复", "Code|Status|Source|Answer"),
        [(code, status, source, words.say(zh, en)) for code, status, source, zh, en in rows],
    )


def clock_rows(policy: Policy, words: Language) -> str:
    rows = [
        (
            f"`{row.id}`",
            words.name(row.clock),
            _case(row, words),
            words.name(row.limit) + _with_experts(row, words),
            words.name(row.cap) + _asked_before(row, words),
            words.all(row.remind),
            _rungs(policy, row),
            words.say(*_BEARERS[row.bearer]),
            row.source,
        )
        for row in policy.clocks
    ]
    return table(
        words.say(
            "行号|时限|适用|期限|延期上限|提前提醒|阶梯|承担者|依据",
            "Row|Deadline|For|Limit|Cap|Reminder before|Rungs|Bearer|Source",
        ),
        rows,
    )


def _with_experts(row: ClockRow, words: Language) -> str:
    if row.expert is None:
        return ""
    return words.say(f"（请专家评审的{row.expert.zh}）", f" ({row.expert.en} with experts)")


def _asked_before(row: ClockRow, words: Language) -> str:
    if row.ask_before is None:
        return ""
    return words.say(f"（至迟到期前{row.ask_before.zh}申请）", f" (asked for {row.ask_before.en} before)")


_BEARERS = {
    "owner": ("管辖单位", "the owner"),
    "bearer": ("承担单位", "the bearer of the deadline"),
    "desk": ("城运中心", "the transfer desk"),
    "office": ("清零办", "the office"),
    "sponsor": ("牵头副区长", "the sponsor"),
    "authority": ("挂牌审批机关", "the listing authority"),
    "lead": ("牵头单位", "the lead unit of the category"),
    "leading_group": ("领导小组", "the leading group"),
    "all": ("全区各承办单位", "all units that handle hazards"),
}


def _case(row: ClockRow, words: Language) -> str:
    parts = [words.name(part) for part in (row.mode, row.urgency) if part]
    if row.codes:
        parts.append(f"{row.codes[0]}…{row.codes[-1]}" if len(row.codes) > 2 else ", ".join(row.codes))
    if row.categories:
        numbers = words.say("、", ", ").join(str(category) for category in row.categories)
        parts.append(words.say(f"风险类别 {numbers}", f"risk categories {numbers}"))
    if row.subtask is not None:
        parts.append(words.say("子任务", "sub-tasks") if row.subtask else words.say("整体", "the whole"))
    return words.say("，", ", ").join(parts) or words.say("全部", "all")


def _rungs(policy: Policy, row: ClockRow) -> str:
    rungs = [rung.rung.value for rung in policy.rungs(row)]
    return f"{rungs[0]}–{rungs[-1]}" if rungs else "–"


def other_numbers(policy: Policy, words: Language) -> str:
    lookbacks = [
        f"{words.name(mode)}{words.say('清零后', ': ')}{words.all(limits)}"
        for mode, limits in policy.lookbacks.items()
    ]
    items = [f"{code} {words.name(urgency)}" for code, urgency in policy.item_urgency.items()]
    return "\n".join(
        [
            f"- {words.say('回头看', 'Look-backs, counted from the clearance')}{words.say('：', ' – ')}"
            f"{words.say('；', '; ').join(lookbacks)}（N71, P）",
            f"- {words.say('回潮比对期：清零后', 'Window for matching a relapse: ')}{words.name(policy.relapse_match)}（P）",
            f"- {words.say('涉及人数达到即标重大：', 'Persons from which a hazard is major: ')}{policy.major_persons}（CLS-07）",
            f"- {words.say('登记时至少按此紧急程度：', 'Never registered below: ')}{words.say('；', '; ').join(items)}（N22）",
        ]
    )


def ladder(rungs: Iterable[RungRow], words: Language) -> str:
    rows = [
        (
            f"{row.rung} {words.name(row.rung)}",
            words.name(row.colour),
            words.say(row.document, row.document_en),
            _when(row, words),
            words.name(row.after_hours),
            _addressees(row.to, words),
            _addressees(row.cc, words),
            _remarks(row, words),
            row.source,
        )
        for row in rungs
    ]
    return table(
        words.say(
            "级|颜色|文书|到期后，09:00|到期后，按小时|主送|抄送|说明|依据",
            "Rung|Colour|Document|After the due day, 09:00|After, in hours|To|Copy|Remarks|Source",
        ),
        rows,
    )


def _when(row: RungRow, words: Language) -> str:
    if row.after:
        return words.name(row.after)
    return words.say("由人决定", "by decision") if row.decided_by else words.say("到期前", "before it")


def _addressees(addressees: tuple[Addressee, ...], words: Language) -> str:
    return words.say("；", "; ").join(_addressee(addressee, words) for addressee in addressees)


def _addressee(addressee: Addressee, words: Language) -> str:
    role = Role(addressee.role)
    if addressee.who in ("office", "desk", "sponsor"):
        return words.name(role)
    zh, en = _BEARERS[addressee.who]
    return words.say(f"{zh}的{role.zh}", f"{role.en} of {en}")


def _remarks(row: RungRow, words: Language) -> str:
    remarks = []
    if row.office_late_cc:
        copied = _addressees(row.office_late_cc, words)
        remarks.append(
            words.say(f"清零办自己逾期的，抄送{copied}", f"copy to {copied} when the office is late itself")
        )
    if row.reason_within:
        remarks.append(
            words.say(f"{row.reason_within.zh}内说明原因", f"reason within {row.reason_within.en}")
        )
    if row.unless_reason_accepted:
        remarks.append(words.say("已认可原因的不发", "not when a reason was accepted"))
    if row.decided_by:
        by = Role(row.decided_by)
        remarks.append(words.say(f"待办，由{by.zh}决定", f"a task: the {by.en} decides"))
    return words.say("；", "; ").join(remarks)


# ── the command ──────────────────────────────────────────────────────────────────────────────────────


def main(arguments: list[str], *, file: Path = PAGE, tell: Tell = print) -> int:
    """Exit status: 0 when the page is (or has been brought) up to date, 1 when ``--check`` finds it is not."""
    command = "python -m docs.generate"
    return bring_up_to_date(page(), file, check="--check" in arguments, command=command, tell=tell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
