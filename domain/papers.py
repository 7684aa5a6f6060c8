"""The forms on paper, F01–F21 (process.md §3.5): each field of each form, and where the record keeps it.

``S`` is a field that the districts' documents ask for, ``D`` one that the project derived. Where it is kept is
said by paths: ``report.channel`` is a field of a command's form, ``event.at`` of the ledger's entry, ``hazard.owner``
of the state, ``clock.sign`` a deadline; the others are named in ``ROOTS``. ``docs/forms.md`` is printed from here.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

ROOTS = {
    "event": ("台账条目", "entry of the ledger"),
    "hazard": ("隐患现状", "state of the hazard"),
    "clock": ("期限", "deadline"),
    "notice": ("文书", "document sent"),
    "obligation": ("督办事项", "obligation"),
    "rulebook": ("区级配置", "rulebook of the district"),
    "policy": ("区级政策", "policy of the district"),
    "contact": ("联络员填报表", "contact form"),
    "filing": ("排查填报", "filing of an inspection"),
    "figure": ("统计指标", "figure"),
    "file": ("文件", "file"),
}
"""What a path begins with when it is not a command."""


class Entry(NamedTuple):
    """One field of a form. ``kept`` are paths; ``guard`` is what refuses a form without it, where the model does not."""

    zh: str
    en: str
    source: Literal["S", "D"]
    kept: tuple[str, ...]
    guard: str = ""
    lacking: str = ""
    """The requirement that has to be built before the field has a place."""


class Paper(NamedTuple):
    """One form and the commands it is filed by; none for what is no command of a hazard."""

    id: str
    zh: str
    en: str
    commands: tuple[str, ...]
    entries: tuple[Entry, ...]


def _s(zh: str, en: str, *kept: str, guard: str = "", lacking: str = "") -> Entry:
    return Entry(zh, en, "S", kept, guard, lacking)


def _d(zh: str, en: str, *kept: str, guard: str = "", lacking: str = "") -> Entry:
    return Entry(zh, en, "D", kept, guard, lacking)


_WHO, _WHEN = "event.actor", "event.at"

PAPERS: tuple[Paper, ...] = (
    Paper(
        "F01", "隐患登记", "registration of a hazard", ("report", "verify_confirm"),
        (
            _s("发现渠道", "channel of discovery", "report.channel"),
            _s("发现单位／人", "found by", _WHO, "hazard.finder", "report.reporter_ref"),
            _s("时间", "time", "report.occurred_at", _WHEN),
            _s("地点（网格、街镇、坐标）", "place (grid, sub-district, coordinates)", "report.place",
               "report.grid", "report.subdistrict", "report.longitude", "report.latitude"),
            _s("部／事件编号（大类／小类）", "catalogue code", "report.code", "verify_confirm.code",
               guard="T01.unclassified"),
            _s("四类风险＋子项", "risk category and sub-item", "report.category", "report.sub_item",
               guard="T01.unclassified"),
            _s("描述", "description", "report.description"),
            _s("排查方式（经常性／集中性／重点性）", "kind of inspection", "report.inspection"),
            _s("自查发现／流转受理", "self-found or received by transfer", "hazard.registered_by", "hazard.owner"),
            _s("涉及人数（50 人界限）", "persons affected (threshold 50)", "report.persons_affected"),
            _s("成因初判", "first view of the cause", "report.cause"),
            _s("是否当场整改", "remediated on the spot", "hazard.cleared_on_spot"),
            _s("方式（一般／提级／分流／挂牌）", "mode", "hazard.mode"),
            _s("责任单位", "responsible unit", "hazard.owner", "assign.target"),
            _s("专门人员", "person assigned", "self_handle.handler", "sign.handler"),
            _s("整改期限", "deadline of the remediation", "clock.remediate"),
            _d("编号", "number", "hazard.id"),
            _d("紧急程度", "urgency", "report.urgency"),
            _d("风险等级＋依据（LEC）", "risk grade and its grounds (LEC)", "report.grade", "classify.grade"),
            _d("重大标志", "major", "hazard.major", "classify.major"),
            _d("影像（前）", "pictures before", "report.evidence"),
            _d("密级", "confidentiality", "report.confidentiality", "set_confidentiality.level"),
            _d("重大活动标签、普遍性问题标签", "tags: large events, common problems", "report.tags"),
            _d("权属单位／企业统一社会信用代码", "owner enterprise, by its social credit code", "report.enterprise"),
            _d("关联风险点", "risk point", "report.risk_points",
               "verify_confirm.risk_points", "classify.risk_points", "hazard.risk_points"),
            _d("外部工单号（12345／信访）", "number at the source (hotline, petition)", "report.external_number",
               "report.external_source", "link_petition.number"),
        ),
    ),
    Paper(
        "F02", "提级／分流／挂牌申请", "request for an upgrade, a diversion or a listing",
        ("request_upgrade", "request_diversion", "request_listing"),
        (
            _s("申请单位", "requesting unit", _WHO),
            _s("理由（解决不了／非本条线／成因复杂·牵涉面广·整治难度大·有重大影响）",
               "reason (beyond the unit, not of its line, the four criteria)",
               "request_upgrade.reason", "request_diversion.reason", "request_listing.reason",
               "request_listing.criteria"),
            _s("已采取措施", "measures tried", "request_upgrade.measures_tried",
               "request_diversion.measures_tried", "request_listing.measures_tried"),
            _s("建议管辖／牵头／配合单位", "units suggested", "request_upgrade.suggested_units",
               "request_diversion.suggested_units", "request_listing.suggested_units", guard="T09.too-few-units"),
            _d("附件", "attachments", "request_upgrade.evidence", "request_diversion.evidence",
               "request_listing.evidence"),
        ),
    ),
    Paper(
        "F03", "研判意见／管辖认定", "opinion of the triage, ruling on the jurisdiction",
        ("triage_route", "triage_return", "jurisdiction_rule"),
        (
            _s("参加单位（清零办＋城运中心＋…）", "units taking part", "triage_route.participants",
               "jurisdiction_rule.participants", guard="T10.desk-missing"),
            _s("管辖单位", "competent unit", "triage_route.target", "jurisdiction_rule.target"),
            _s("方式", "mode", "hazard.mode"),
            _s("风险评估", "risk assessment", "triage_route.risk_assessment", "jurisdiction_rule.risk_assessment"),
            _s("解决措施建议", "proposed measures", "triage_route.proposed_measures",
               "jurisdiction_rule.proposed_measures"),
            _d("终局标志", "final ruling", "hazard.final_ruling"),
            _d("退单次数", "times sent back", "hazard.returns"),
            _d("时间", "time", _WHEN),
        ),
    ),
    Paper(
        "F04", "转递（交办）单", "assignment", ("assign",),
        (
            _s("任务", "task", "assign.note", "notice.document"),
            _s("目标单位", "target unit", "assign.target"),
            _s("转递时间", "time of transfer", "assign.transferred_at", _WHEN),
            _d("签收期限", "deadline to sign for it", "clock.sign"),
            _d("整治期限", "deadline of the remediation", "clock.remediate"),
            _d("依据政策版本", "rules it was made under", "event.rules"),
        ),
    ),
    Paper(
        "F05", "签收／退单", "signing for it, sending it back", ("sign", "sign_subtask", "return"),
        (
            _s("签收人（联络员）", "signed by (liaison)", _WHO),
            _d("退单理由", "reason for sending back", "return.reason"),
            _d("建议单位", "unit proposed instead", "return.proposed_unit"),
        ),
    ),
    Paper(
        "F06", "一患一方案", "one hazard, one plan", ("submit_plan",),
        (
            _s("责任部门", "responsible unit", "submit_plan.responsible_unit"),
            _s("责任领导", "responsible leader", "submit_plan.responsible_leader"),
            _s("责任人员", "responsible staff", "submit_plan.responsible_staff"),
            _s("整治措施", "measures", "submit_plan.measures"),
            _s("时间节点（≥1）", "milestones (one at least)", "submit_plan.milestones"),
            _s("工作目标", "goals", "submit_plan.goals"),
            _s("责任分工（多部门）", "division of duties (several units)", "submit_plan.duties",
               guard="T19.unit-without-node"),
            _d("资金", "funds", "submit_plan.funds", guard="T19.five-not-settled"),
            _d("预案／临时安全措施", "contingency and interim safety measures", "submit_plan.contingency",
               guard="T19.five-not-settled"),
            _d("目标可验证条件", "how a goal can be checked", "submit_plan.goals.check"),
        ),
    ),
    Paper(
        "F07", "挂牌督办通知书", "notice of listing", ("listing_approve", "record_listing_notice"),
        (
            _s("副区长", "sponsoring vice-mayor", "listing_approve.sponsor", guard="T15.sponsor-missing"),
            _s("牵头部门", "lead unit", "listing_approve.lead"),
            _s("配合部门", "cooperating units", "listing_approve.cooperating", guard="T15.no-cooperating-unit"),
            _s("隐患内容", "the hazard", "report.description", "hazard.title"),
            _s("期限", "deadline", "clock.remediate"),
            _d("治理要求", "requirements", "listing_approve.requirements"),
            _d("摘牌条件与程序", "conditions of removal", "listing_approve.removal_conditions"),
            _d("公告／备案日期", "day of publication and filing", "record_listing_notice.day"),
        ),
    ),
    Paper(
        "F08", "进展", "progress", ("progress", "report_subtask"),
        (
            _s("时间", "time", _WHEN),
            _s("内容", "text", "progress.text", "report_subtask.text"),
            _s("节点销项", "milestones crossed off", "progress.milestones_done"),
            _d("影像", "pictures", "progress.evidence", "report_subtask.evidence"),
            _d("完成率", "per cent done", "progress.percent"),
        ),
    ),
    Paper(
        "F09", "延期申请", "request for an extension", ("request_extension", "decide_extension"),
        (
            _d("原因", "reason", "request_extension.reason"),
            _d("新期限", "new deadline", "request_extension.until"),
            _d("期间防护措施", "interim measures", "request_extension.interim_measures"),
            _d("审批人", "decided by", _WHO, "decide_extension.approve"),
        ),
    ),
    Paper(
        "F10", "重点防控", "key control", ("enter_key_control", "control_review", "resume"),
        (
            _s("人防", "people", "enter_key_control.people"),
            _s("物防", "physical", "enter_key_control.physical"),
            _s("技防", "technical", "enter_key_control.technical"),
            _s("心防", "psychological", "enter_key_control.psychological"),
            _s("责任人", "responsible person", "enter_key_control.responsible"),
            _d("复评周期", "period of review", "clock.control_review"),
            _d("预计解决时间", "expected solution", "enter_key_control.expected_solution"),
        ),
    ),
    Paper(
        "F11", "清零评估（初步评估）", "assessment of the clearance",
        ("report_completion", "assess_pass", "assess_fail"),
        (
            _s("评估单位", "assessing unit", _WHO),
            _s("结论", "conclusion", "event.type", "assess_fail.reason"),
            _d("逐项目标结果", "result of each goal", "assess_pass.results", guard="T26.goal-open"),
            _d("影像（后）", "pictures after", "assess_pass.evidence", "report_completion.evidence",
               guard="T25.evidence-missing"),
            _d("评估人≠责任人员", "the assessor is not the handler", _WHO, guard="T26.assessor-is-handler"),
            _d("处理结果（能办／创造条件／已解释；三到位一处理）", "how the concern was met",
               "report_completion.handling", "report_completion.settlement", guard="T25.handling-missing"),
        ),
    ),
    Paper(
        "F12", "认定／验收意见", "recognition, acceptance",
        ("recognise_pass", "recognise_fail", "accept_pass", "accept_fail"),
        (
            _s("组织单位", "organising unit", _WHO, "accept_pass.signed_by", guard="T29.unsigned"),
            _s("结论", "conclusion", "event.type", "recognise_fail.reason", "accept_fail.reason"),
            _s("日期", "day", _WHEN),
            _d("验收组成员与回避", "panel and recusal", "accept_pass.panel", "accept_fail.panel",
               guard="T29.panel-not-recused"),
            _d("不通过项", "what failed", "accept_fail.failed"),
            _d("返工期限", "deadline of the rework", "clock.rework"),
            _d("销号编号", "number of the striking off", "hazard.strike_off"),
            _d("摘牌文号", "number of the removal", "accept_pass.removal_document"),
        ),
    ),
    Paper(
        "F13", "提醒／催办／督办／通报／约谈", "reminder, urging, supervision, circular, talk",
        ("issue_notice", "state_reason", "accept_reason", "acknowledge", "order_talk", "hold_talk",
         "file_rectification", "publish_exposure"),
        (
            _s("对象", "addressee", "notice.unit", "notice.role", "obligation.unit", "obligation.about",
               "order_talk.unit", "hold_talk.unit", "publish_exposure.unit"),
            _s("事由", "matter", "issue_notice.matter", "order_talk.reason", "notice.clock"),
            _d("级别", "rung", "notice.rung", "issue_notice.rung"),
            _d("期限", "deadline", "notice.due", "obligation.due"),
            _d("说明", "stated reason", "state_reason.reason"),
            _d("整改报告", "rectification report", "file_rectification.report"),
            _d("附卷", "annexes", "hold_talk.minutes", "hold_talk.evidence", "file_rectification.evidence"),
        ),
    ),
    Paper(
        "F14", "追责提请／责任倒查", "referral for accountability", ("refer", "link_incident", "decline"),
        (
            _s("问题类型（三应三未）", "kind of neglect", "refer.failure"),
            _s("原因（六类）", "causes", "refer.causes"),
            _s("严重后果", "serious consequence", "refer.consequence", guard="T34.no-consequence"),
            _s("去向（区纪委监委）", "referred to", "rulebook.accountability"),
            _d("关联事件", "incident", "link_incident.reference", "hazard.incidents"),
            _d("被提请单位", "unit referred", "refer.unit", "decline.unit"),
            _d("提请人", "referred by", _WHO),
        ),
    ),
    Paper(
        "F15", "会商／会诊／联合执法纪要", "minutes of joint work", ("joint_meeting", "report_to_principal"),
        (
            _s("类型", "kind", "joint_meeting.kind"),
            _s("参加单位", "units taking part", "joint_meeting.participants", "joint_meeting.guests"),
            _s("分工", "division of duties", "joint_meeting.duties", guard="T35.no-duties"),
            _s("结论", "conclusions", "joint_meeting.conclusions"),
            _d("关联隐患", "linked hazards", "joint_meeting.linked"),
        ),
    ),
    Paper(
        "F16", "回头看", "look-back", ("lookback_pass", "lookback_relapse"),
        (
            _s("日期", "day", _WHEN, "hazard.lookbacks"),
            _s("结果（巩固／回潮）", "result: holds or relapsed", "event.type", "lookback_relapse.findings"),
            _d("检查人单位", "unit of the inspector", _WHO),
            _d("影像", "pictures", "lookback_pass.evidence", "lookback_relapse.evidence"),
            _d("轮次", "round", "hazard.round", "hazard.lookbacks_done"),
        ),
    ),
    Paper(
        "F17", "联络员填报表", "contact form", (),
        (
            _s("单位", "unit", "contact.unit"),
            _s("部门", "department", "contact.department"),
            _s("分管领导姓名", "deputy leader", "contact.deputy_name"),
            _s("分管领导职务", "his post", "contact.deputy_post"),
            _s("分管领导固定电话", "his telephone", "contact.deputy_phone"),
            _s("分管领导手机", "his mobile", "contact.deputy_mobile"),
            _s("联络员姓名", "liaison", "contact.liaison_name"),
            _s("联络员职务", "his post", "contact.liaison_post"),
            _s("联络员固定电话", "his telephone", "contact.liaison_phone"),
            _s("联络员手机", "his mobile", "contact.liaison_mobile"),
            _s("传真电话", "fax", "contact.fax"),
            _s("政务电子邮箱地址", "official e-mail address", "contact.email"),
            _s("填报人", "filled in by", "contact.filled_in_by"),
            _s("联系电话", "his telephone", "contact.filled_in_phone"),
        ),
    ),
    Paper(
        "F18", "排查计划／排查记录", "plan and record of inspections", (),
        (
            _s("单位", "unit", "rulebook.cadence"),
            _s("周期", "period", "rulebook.cadence"),
            _s("重点行业、领域、群体、人员", "key industries, fields, groups, persons", "filing.industries",
               "filing.fields", "filing.groups"),
            _s("参加部门", "units taking part", "filing.participants"),
            _s("范围", "scope", "filing.covered"),
            _s("发现数", "number found", "filing.found"),
        ),
    ),
    Paper(
        "F19", "专报／专项督查", "special report, special inspection",
        ("forward_listing", "open_special_inspection"),
        (
            _s("批示", "instruction", "open_special_inspection.instruction", "listing_reject.instruction"),
            _s("事项", "matter", "open_special_inspection.matter", "forward_listing.report_document"),
            _s("结论", "conclusion", "open_special_inspection.conclusion", "forward_listing.opinion"),
        ),
    ),
    Paper(
        "F20", "处罚与失信", "penalties and trustworthiness", ("add_penalty",),
        (
            _s("企业", "enterprise", "add_penalty.enterprise"),
            _s("违法行为", "violation", "add_penalty.violation"),
            _s("处罚", "penalty", "add_penalty.penalty"),
            _s("屡次标志", "repeated", "hazard.proposals", "policy.repeat_offender"),
            _s("黑名单列入／移出", "black-list: put on or taken off", "add_penalty.blacklist"),
            _d("180 日／1 年计数", "counted in 180 days and in a year", "hazard.penalties", "add_penalty.earlier"),
        ),
    ),
    Paper(
        "F21", "台账·月汇总·通报·考评", "ledger, monthly summary, circular, assessment", (),
        (
            _s("台账", "ledger as a sheet", "file.documents/sheets.py"),
            _s("清单", "list", "file.storage/readmodel.py"),
            _s("销号", "struck off", "hazard.strike_off"),
            _s("汇总", "monthly summary", "file.documents/bulletin.py"),
            _s("通报", "monthly circular", "file.documents/bulletin.py"),
            _s("考评", "yearly assessment", "file.documents/assessment.py"),
            _d("口径：发现数", "found", "figure.found"),
            _d("即查即改率", "cleared on the spot", "figure.on_spot"),
            _d("按期清零率", "cleared on time", "figure.on_time"),
            _d("超期数", "overdue", "figure.overdue"),
            _d("认定一次通过率", "recognised at the first time", "figure.first_time"),
            _d("回潮率", "relapsed", "figure.relapse"),
            _d("退单率", "sent back", "figure.return"),
            _d("先行发现率（N16）", "found first", "figure.found_first"),
        ),
    ),
)  # fmt: skip

FILED_ELSEWHERE: dict[str, str] = {
    "verify_dismiss": "核查不属实（T03）",
    "clear_on_spot": "即发现即消除：F01 登记、F11 评估合一（T04）",
    "self_handle": "自行整治，视同签收（T05）",
    "jurisdiction_unclear": "提请明确管辖（T12）",
    "listing_reject": "挂牌审核的批示，见 F19（T16）",
    "plan_approve": "方案审批（T20）",
    "plan_reject": "方案审批（T20）",
    "confirm_subtask": "牵头单位确认（T21b）",
    "send_back_subtask": "牵头单位退回（T21c）",
    "confirm_relapse": "确认回潮，见 F16（T32）",
    "merge": "并案（T33）",
    "hand_over": "移交（T33）",
    "propose_listing": "L5 的另一种决定（T34）",
    "add_record": "一般记录（T35）",
    "set_confidentiality": "F01 的密级，登记后改定（T35）",
    "classify": "F01 的风险等级，登记后评定（T35）",
    "link_petition": "信访渠道（N80）",
    "notify_petitioner": "信访渠道（N80）",
    "object_to_petition": "信访渠道（N09）",
    "decide_objection": "信访渠道（N09）",
    "extend_petition": "信访渠道（N82）",
    "close_petition": "信访渠道（N82）",
    "load_calendar": "管理：载入工作日历（N94）",
}
"""Commands that no form of the documents is filled in for, and what they are."""
