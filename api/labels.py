"""What the OpenAPI document calls fields and values: the core's names of form fields, and the answers' own here."""

from __future__ import annotations

from typing import Any

from domain import labels
from domain.commands import COMMANDS
from domain.labels import Words
from domain.values import Labelled

Schema = dict[str, Any]


def name_forms(schemas: dict[str, Schema], commands: tuple[str, ...]) -> None:
    """Give each field of the commands' forms, and of what they hold, the name it has on pages and paper."""
    for command in commands:
        _name_form(schemas, COMMANDS[command].__name__, command, set())


def _name_form(schemas: dict[str, Schema], name: str, command: str, seen: set[str]) -> None:
    if name in seen:
        return
    seen.add(name)
    for model in _shapes(schemas[name]):
        for field, schema in model.get("properties", {}).items():
            words = labels.of_field(field, command) or NAMES.get(field)
            if words is not None:
                _say(schema, words)
            if field in labels.HINTS:
                hint = labels.HINTS[field]
                schema["description"] += f"（{hint.zh} {hint.en}）"
            for inner in _referred(schema):
                _name_form(schemas, inner, command, seen)


def name_answers(schemas: dict[str, Schema]) -> None:
    """Name the fields of answers that nobody has named yet, and tell the words of every enumeration."""
    words_of = {kind.__name__: kind for kind in _kinds(Labelled)}
    for name, schema in schemas.items():
        for model in _shapes(schema):
            for field, inner in model.get("properties", {}).items():
                words = NAMES.get(f"{name}.{field}") or NAMES.get(field) or labels.of_field(field)
                if words is not None and "description" not in inner:
                    _say(inner, words)
        values = ENUMERATIONS.get(name) or {
            one.value: Words(one.zh, one.en) for one in words_of.get(name, ())
        }
        if "enum" in schema and values:
            told = "；".join(f"`{value}` {words.zh} {words.en}" for value, words in values.items())
            schema["description"] = f"{schema.get('description', '')}\n\n{told}".strip()


def name_parameters(operation: dict[str, Any]) -> None:
    for one in operation.get("parameters", ()):
        known = one.get("description") or one["schema"].get("description")
        words = PARAMETERS.get(one["name"]) or NAMES.get(one["name"]) or labels.of_field(one["name"])
        if not known and words is not None:
            one["description"] = f"{words.zh} {words.en}"


def _say(schema: Schema, words: Words) -> None:
    schema["title"] = words.zh
    schema["description"] = f"{words.zh} {words.en}"


def _shapes(schema: Schema) -> list[Schema]:
    """The object itself, or those of its alternatives that are objects."""
    return (
        [schema]
        if "properties" in schema
        else [one for one in schema.get("anyOf", ()) if "properties" in one]
    )


def _referred(schema: Any) -> list[str]:
    """Names of the schemas that a part of the document refers to."""
    if isinstance(schema, list):
        return [name for part in schema for name in _referred(part)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"].rpartition("/")[2]] if "$ref" in schema else []
    return own + [name for part in schema.values() for name in _referred(part)]


def _kinds(of: type[Labelled]) -> list[type[Labelled]]:
    return [kind for one in of.__subclasses__() for kind in (one, *_kinds(one))]


ENUMERATIONS: dict[str, dict[str, Words]] = {
    "DayKind": {
        "working": Words("工作日", "working day"),
        "weekend": Words("周末", "weekend"),
        "holiday": Words("放假", "holiday"),
        "make_up": Words("调休上班", "make-up working day"),
    },
    "Source": {
        "auto": Words("服务器，缺的取自归档", "the server, and the archive for what it lacks"),
        "server": Words("服务器", "the server"),
        "archive": Words("归档", "the archive"),
    },
}
"""Enumerations that bring no words of their own."""

PARAMETERS: dict[str, Words] = {
    "cursor": Words("上一页给出的游标", "cursor given by the page before"),
    "ending": Words("文件格式", "kind of file"),
    "from": Words("自（含）", "from, included"),
    "kind": Words("种类", "kind"),
    "lang": Words("语言", "language"),
    "level": Words("督办级别", "rung of the ladder"),
    "limit": Words("每页条数", "entries a page"),
    "notice": Words("通知编号", "number of the notice"),
    "month": Words("月份，如 2026-11", "month, such as 2026-11"),
    "open": Words("未清零", "not cleared yet"),
    "order": Words("排序", "order"),
    "outcome": Words("读取结果", "outcome of the reading"),
    "overdue": Words("超期", "overdue"),
    "receipt": Words("是否已签收", "whether it was acknowledged"),
    "state": Words("状态", "state"),
    "text": Words("文字", "words in the texts"),
    "to": Words("至", "up to"),
    "unit": Words("单位编号或名称", "unit, by id or name"),
}
"""Parameters whose name means something else in a form."""

NAMES: dict[str, Words] = {
    # 风险点 risk points
    "accountable": Words("责任单位（主体责任单位）", "enterprise in charge"),
    "assessed_on": Words("评估日期", "day of the assessment"),
    "assessment": Words("风险评估", "risk assessment"),
    "cleared_hazards": Words("已清零隐患数", "hazards cleared"),
    "declaration": Words("重大危险源申报", "declaration of a major hazard source"),
    "declared_on": Words("申报日期", "declared on"),
    "department": Words("责任部门", "responsible department"),
    "described": Words("登记内容", "description"),
    "held_from": Words("活动首日", "first day of the event"),
    "held_until": Words("活动末日", "last day of the event"),
    "history": Words("全部记录", "all that was recorded"),
    "identified_on": Words("辨识日期", "identified on"),
    "may_keep": Words("您可以评定、变更、注销", "you may grade, amend and retire it"),
    "open_hazards": Words("未清零隐患数", "hazards open"),
    "proposal": Words("建议等级", "colour that its open hazards speak for"),
    "registered_at": Words("登记时间", "registered at"),
    "relapsed_hazards": Words("回潮隐患数", "hazards that came back"),
    "retired_at": Words("注销时间", "retired at"),
    "review_due": Words("逾期未复评", "late to be assessed again"),
    "review_on": Words("复评日期", "next assessment"),
    "supervision": Words("对主体责任单位的督促、指导", "how the enterprise is urged and guided"),
    "PointEntryView.before": Words("原等级", "colour before"),
    "PointEntryView.reason": Words("理由", "reason"),
    "PointFileView.hazards": Words("关联隐患", "hazards linked to it"),
    "Declare.level": Words("重大危险源级别（1–4 级）", "level of the major hazard source (1–4)"),
    "Declare.authority": Words("受理申报的机关", "authority that takes the declaration"),
    "Description.code": Words("部件／事件编号", "catalogue code"),
    "PointView.code": Words("部件／事件编号", "catalogue code"),
    "standing": Words("在册情况", "standing"),
    # 排查计划 the programme
    "about": Words("所涉单位", "units it is about"),
    "approved_at": Words("审定时间", "approved at"),
    "approved_by": Words("审定席位", "seat that approves"),
    "do": Words("命令", "command"),
    "duty": Words("事项编号", "key of the duty"),
    "filed": Words("填报与审定", "what was filed and decided"),
    "files": Words("填报种类", "what is filed"),
    "filing": Words("填报内容", "what was filed"),
    "MajorView.open": Words("未清零", "not cleared yet"),
    "late": Words("到期未完成的单位数", "units that are late"),
    "left": Words("应排未排", "not inspected yet"),
    "left_out": Words("未列入计划的重大事故隐患", "major hazards that no plan names"),
    "may_decide": Words("本席位可审定", "this seat may decide"),
    "may_file": Words("本席位可填报", "this seat may file"),
    "missed_at": Words("到期未完成通知时间", "told that it is late at"),
    "opens": Words("开启时间", "opens at"),
    "parts": Words("各单位进展", "how units stand"),
    "planned": Words("计划列入的隐患", "hazards that the plan names"),
    "PartView.progress": Words("进展", "how it stands"),
    "remind_at": Words("提醒时间", "reminder at"),
    "reminded_at": Words("已提醒时间", "reminded at"),
    "returned_at": Words("退回时间", "returned at"),
    "scope": Words("应排范围", "what it must inspect"),
    "settled_at": Words("完成时间", "done at"),
    "window": Words("周期（事项/周期）", "window: duty/period"),
    # 隐患 a hazard
    "allowed_commands": Words("可办事项", "what the caller may do, and why not"),
    "cleared_at": Words("销号时间", "struck off at"),
    "cleared_on_spot": Words("即发现即消除", "cleared on the spot"),
    "closed_at": Words("归档时间", "closed at"),
    "completion": Words("报结", "report of completion"),
    "deadlines": Words("期限", "deadlines"),
    "external_number": Words("外部工单号", "number at the source"),
    "final_ruling": Words("管辖终局认定", "the ruling on jurisdiction is final"),
    "finder": Words("发现人", "found by"),
    "hazard": Words("隐患编号", "number of the hazard"),
    "hazard_id": Words("隐患编号", "number of the hazard"),
    "highest": Words("曾达最高督办级别", "highest rung reached"),
    "id": Words("编号", "id"),
    "involved": Words("相关单位", "units concerned"),
    "item": Words("小类名称", "catalogue item"),
    "level": Words("督办级别", "rung of the ladder"),
    "listed_at": Words("挂牌时间", "listed at"),
    "listing": Words("挂牌", "listing"),
    "lookbacks": Words("回头看日期", "look-back dates"),
    "lookbacks_done": Words("已完成回头看次数", "look-backs done"),
    "merged_into": Words("并入", "merged into"),
    "mode": Words("整治方式", "mode"),
    "next_due": Words("下一期限", "next deadline of the owner"),
    "next_wakeup": Words("下一自动事项的时刻", "when the next thing happens by itself"),
    "obligations": Words("督办事项", "obligations"),
    "owner": Words("管辖单位", "owning unit"),
    "plan": Words("方案", "plan"),
    "proposals": Words("建议", "proposals"),
    "registered_by": Words("登记单位", "registering unit"),
    "relapse_until": Words("按回潮比对至", "a new report before then may be a relapse"),
    "relapses": Words("回潮次数", "relapses"),
    "reported_at": Words("登记（报告）时间", "reported at"),
    "returns": Words("退单次数", "times sent back"),
    "round": Words("轮次", "round"),
    "sla": Words("超期情况", "punctuality"),
    "state": Words("状态", "state"),
    "strike_off": Words("销号编号", "number of the striking off"),
    "subtasks": Words("子任务", "sub-tasks"),
    "suggestion": Words("按分类索引建议的责任部门", "responsible unit by the catalogue"),
    "triage": Words("研判", "triage"),
    "updated_at": Words("最近办理", "last changed"),
    # 挂牌、子任务、方案 listing, sub-tasks, plan
    "authority": Words("批准机关", "listing authority"),
    "confirmed_at": Words("牵头确认时间", "confirmed at"),
    "decision": Words("决定", "decision"),
    "done_at": Words("完成时间", "done at"),
    "extension": Words("延期", "extension"),
    "extensions": Words("延期次数", "extensions"),
    "failed_acceptances": Words("验收不通过次数", "failed acceptances"),
    "filed_at": Words("提交时间", "filed at"),
    "removed_at": Words("摘牌时间", "removed at"),
    "requested_at": Words("申请时间", "requested at"),
    "score": Words("LEC 分值", "LEC score"),
    "since": Words("起", "since"),
    # 期限 deadlines
    "alarm": Words("提醒点", "alarm"),
    "alarms": Words("将至的提醒点", "alarms to come"),
    "ask_before": Words("最迟提前申请", "to be asked for so long before"),
    "bearer": Words("承担单位", "unit that bears it"),
    "calendar": Words("工作日历（摘要值）", "calendar, by digest"),
    "calendar_version": Words("工作日历版本", "version of the calendar"),
    "cap": Words("最长总时限", "longest total"),
    "cap_due": Words("最长期限", "where the cap ends"),
    "clock": Words("时限", "clock"),
    "clocks": Words("时限行", "rows of deadlines"),
    "codes": Words("小类编号", "catalogue codes"),
    "categories": Words("风险类别", "risk categories"),
    "days": Words("逐日推算", "day by day"),
    "days_off": Words("休息日", "days off"),
    "deadline": Words("期限", "deadline"),
    "due": Words("期限", "due"),
    "due_by": Words("期限由何而定", "what the date follows from"),
    "expert": Words("专家评审另加", "added when experts are heard"),
    "first": Words("首日", "first day"),
    "key": Words("名称", "key"),
    "last": Words("末日", "last day"),
    "last_day": Words("最后一天", "last day"),
    "limit": Words("时限", "limit"),
    "limit_due": Words("时限届满", "where the limit ends"),
    "limit_label": Words("时限（文字）", "the limit in words"),
    "make_up_days": Words("调休上班日", "make-up working days"),
    "n": Words("序号", "number in order"),
    "number": Words("计数", "count"),
    "provisional": Words("暂定", "provisional"),
    "published": Words("已公布", "published"),
    "remind": Words("提前提醒", "reminders before it"),
    "reminded": Words("已提醒", "reminded"),
    "row": Words("政策行号", "row of the policy"),
    "rows": Words("行", "rows"),
    "rules": Words("区级配置（摘要值）", "rulebook, by digest"),
    "spans": Words("公布的期间", "published spans"),
    "started": Words("起算", "started"),
    "stopped_at": Words("停表时间", "stopped at"),
    "subtask": Words("子任务单位", "unit of the sub-task"),
    "unpublished": Words("涉及未公布的年份", "rests on a year that is not published"),
    # 督办 supervision
    "accepted_at": Words("认可时间", "accepted at"),
    "after": Words("到期后", "after the due date"),
    "after_hours": Words("到期后（小时）", "hours after the due date"),
    "answers": Words("办理命令", "commands that fulfil it"),
    "cc": Words("抄送", "in copy"),
    "decided_by": Words("由谁决定", "decided by"),
    "document": Words("文书／文号", "document or its number"),
    "document_en": Words("文书（英文）", "document in English"),
    "escalation": Words("督办升级", "escalation"),
    "ladder": Words("督办阶梯", "ladder"),
    "ladders": Words("其他阶梯", "other ladders"),
    "met_at": Words("完成时间", "met at"),
    "office_late_cc": Words("清零办逾期时抄送", "in copy when the office is late"),
    "proposes": Words("建议", "proposes"),
    "raised_at": Words("提出时间", "raised at"),
    "reason_within": Words("说明期限", "reason within"),
    "receipt": Words("签收", "receipt"),
    "received_at": Words("签收时间", "received at"),
    "received_by": Words("签收人", "received by"),
    "result": Words("结果", "result"),
    "rung": Words("督办级别", "rung"),
    "rungs": Words("各级", "rungs"),
    "seat": Words("席位", "seat"),
    "short_ladder": Words("短阶梯", "short ladder"),
    "state_label": Words("办理情况", "standing in words"),
    "unless_reason_accepted": Words("认可原因则不发", "not when a reason was accepted"),
    # 台账、缘由、通知 ledger, reasons, notices
    "actor": Words("办理人", "who acted"),
    "at": Words("时间", "at"),
    "attempts": Words("投递次数", "attempts"),
    "before": Words("此前状态", "state before"),
    "by": Words("由谁", "by whom"),
    "command": Words("命令", "command"),
    "could": Words("可以办理的席位", "seats that could"),
    "could_not": Words("不能办理的席位", "seats that could not"),
    "delivered_at": Words("送达时间", "delivered at"),
    "deliveries": Words("投递", "deliveries"),
    "derivations": Words("推算", "derivations"),
    "ended_by": Words("由哪一步结束", "ended by step"),
    "error": Words("投递错误", "error of the delivery"),
    "event": Words("台账条目", "entry of the ledger"),
    "events": Words("台账", "ledger"),
    "explanation": Words("推算过程", "explanation"),
    "forecast": Words("预告", "forecast"),
    "hash": Words("哈希", "hash"),
    "looked": Words("读取内容", "what was read"),
    "next_try": Words("下次投递", "next attempt"),
    "notices": Words("通知", "notices"),
    "prev": Words("前一条哈希", "hash before"),
    "readers": Words("可读取者", "who may read"),
    "reasons": Words("缘由", "reasons"),
    "recipient": Words("接收方", "recipient"),
    "refused": Words("不予办理的答复", "refusal"),
    "retried": Words("重新投递数", "sent again"),
    "rule": Words("依据", "rule"),
    "rule_en": Words("依据（英文）", "rule in English"),
    "rule_zh": Words("依据（中文）", "rule in Chinese"),
    "rulebook": Words("区级配置", "rulebook"),
    "rulebook_version": Words("区级配置版本", "version of the rulebook"),
    "said": Words("所填内容", "what was said"),
    "sent_at": Words("发出时间", "sent at"),
    "seq": Words("步序", "step"),
    "then": Words("当时", "then"),
    "told": Words("通知了谁", "who was told"),
    "receipt_at": Words("签收时间", "acknowledged at"),
    "type": Words("类型", "type"),
    "found": Words("已有次数", "found"),
    "reached": Words("达到", "reached"),
    "repeats": Words("屡次计数", "counts of repetition"),
    "PenaltyView.on": Words("处罚日期", "day of the penalty"),
    "RepeatView.days": Words("日数", "days"),
    # 审计 auditing
    "code": Words("部件／事件编号", "catalogue code"),
    "ReplayView.code": Words("程序版本", "version of the code"),
    "difference": Words("首处不同", "first difference"),
    "entries": Words("台账条数", "entries compared"),
    "ReplayView.events": Words("历史事件数", "events replayed"),
    "identical": Words("一致", "identical"),
    "recorded": Words("台账所记", "as recorded"),
    "replayed": Words("复演所得", "as replayed"),
    "runs": Words("历史段数", "runs"),
    "sources": Words("历史来源", "where the histories came from"),
    "what": Words("事项", "what"),
    # 基础数据 reference
    "aliases": Words("别名", "other names"),
    "candidates": Words("候选单位", "candidates"),
    "class_code": Words("大类编号", "class"),
    "class_name": Words("大类名称", "name of the class"),
    "classes": Words("目录大类", "classes of the catalogue"),
    "channels": Words("发现渠道", "channels of discovery"),
    "petitions": Words("关联信访件的", "with a petition linked"),
    "lines": Words("条线", "lines of work"),
    "key_fields": Words("重点领域", "key fields"),
    "grids": Words("网格单元", "grid units"),
    "forces": Words("力量", "forces"),
    "contact": Words("联络员填报表", "contact form"),
    "desk": Words("城运中心", "transfer desk"),
    "digest": Words("摘要值", "digest"),
    "external": Words("区外责任方", "outside the district"),
    "assigned_ahead": Words("先行交办补录时限", "time to enter a transfer made by telephone"),
    "asks_the_late_unit": Words("约谈、追责问超期的单位", "from L4 on the late unit is asked"),
    "ground": Words("依据", "ground"),
    "handles": Words("可承办", "may handle hazards"),
    "item_urgency": Words("小类最低紧急程度", "least urgency of items"),
    "major_persons": Words("涉及人数达此即为重大", "persons from which it is major"),
    "major_proposes_listing": Words("重大的建议挂牌", "what is major is proposed for listing"),
    "missing": Words("缺项", "missing fields"),
    "name": Words("名称", "name"),
    "needs_ruling": Words("须明确管辖", "needs a ruling"),
    "office": Words("清零办", "coordinating office"),
    "owed_is_answerable": Words("督办事项总能办理", "what is owed can be answered"),
    "owing": Words("欠填单位数", "units that owe one"),
    "petition_before_archive": Words("信访件办结后方可归档", "petitions are closed before the archive"),
    "petition_objection": Words("信访异议期限", "time to object to a petition"),
    "policy": Words("政策", "policy"),
    "prefix": Words("编号前缀", "prefix of numbers"),
    "profile": Words("区", "district"),
    "relapse_match": Words("回潮比对期", "window of relapses"),
    "repeat_offender": Words("屡次受罚", "repeated penalties"),
    "responsible_raw": Words("责任部门（原文）", "responsible, as the annex says"),
    "role": Words("角色", "role"),
    "roles": Words("角色", "roles"),
    "source": Words("出处", "source"),
    "supervisor": Words("上级单位", "supervising unit"),
    "times": Words("次数", "times"),
    "unit": Words("单位", "unit"),
    "Obligation.about": Words("对象", "whom it is about"),
    "ObligationView.about": Words("对象", "whom it is about"),
    "Clock.entered": Words("补录时间（先行交办）", "entered at, if afterwards"),
    "Contact.unit": Words("单位", "unit"),
    "unresolved": Words("未能对应的部门", "departments not resolved"),
    "version": Words("版本", "version"),
    "who": Words("谁", "who"),
    "within": Words("期间", "within"),
    "year": Words("年份", "year"),
    "approvals": Words("由谁批准", "who decides what"),
    "key_control": Words("转入重点防控由谁批准", "who puts a hazard under key control"),
    "recognition": Words("由谁认定清零", "who recognises a clearance"),
    "Approvals.extensions": Words("延期由谁批准", "who decides on an extension"),
    "Approvals.lookbacks": Words("由谁回头看", "who looks back"),
    # 各种答复 answers in general
    "allowed": Words("可以办理", "allowed"),
    "commands": Words("命令可办", "commands can be given"),
    "detail": Words("说明", "detail"),
    "detail_en": Words("说明（英文）", "detail in English"),
    "detail_zh": Words("说明（中文）", "detail in Chinese"),
    "en": Words("英文", "English"),
    "errors": Words("有误的字段", "bad fields"),
    "field": Words("字段", "field"),
    "href": Words("地址", "address"),
    "idempotency_key": Words("幂等键", "idempotency key"),
    "items": Words("条目", "items"),
    "label": Words("名称", "label"),
    "labels": Words("各代码的名称", "codes in words"),
    "message": Words("提示", "message"),
    "message_en": Words("提示（英文）", "message in English"),
    "method": Words("评定方法", "method"),
    "next": Words("下一页游标", "cursor of the next page"),
    "ProblemDetails.code": Words("稳定代码", "stable code"),
    "ProblemDetails.title": Words("标题", "title"),
    "ProblemDetails.type": Words("问题类型", "type of the problem"),
    "Refused.code": Words("稳定代码", "stable code"),
    "ready": Words("可用", "ready"),
    "request_id": Words("请求编号", "id of the request"),
    "requirement": Words("依据编号", "id of the rule"),
    "status": Words("HTTP 状态码", "HTTP status"),
    "Health.status": Words("运行状态", "status"),
    "zh": Words("中文", "Chinese"),
}
"""Fields of answers, by name or by ``Schema.name``, where a form does not name them or means something else."""
