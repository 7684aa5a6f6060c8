"""Where the code differs from the process specification on purpose: no code knows what it omits.

Each entry: the rule it is about, then what differs, in Chinese and in English.
"""

DIFFERENCES = (
    (
        "T09",
        "已在研判中的隐患再提请挂牌，研判期限不重新起算。挂牌后不得提级、退单或再次提请挂牌。",
        "A listing asked for while the hazard is under triage does not start that deadline anew. What is listed is "
        "neither passed up, sent back nor listed again.",
    ),
    (
        "T13",
        "未经申请单位提出、或由城运中心管辖的隐患，不能退回申请单位（T11），须转递。",
        "What the transfer desk holds has no requester to be returned to (T11); it is routed.",
    ),
    (
        "T17",
        "挂牌整治：牵头单位签收即整体和本单位子任务签收（sign）；配合单位各自签收子任务（sign_subtask）。"
        "子任务的报结、牵头确认、退回为 T21a–T21c；报结人不得自行确认。已确认的子任务被退回即返工。",
        "Of a listed hazard the lead signs for the whole and its own part (sign), each cooperating unit for its part "
        "(sign_subtask). Reporting, confirming and sending back a part are T21a–T21c; who reported does not confirm. "
        "A part sent back after it was confirmed is done again.",
    ),
    (
        "T19",
        "挂牌整治：写明单位的时间节点是该单位子任务的期限，没有写单位的才移动整体期限；节点在方案批准（T20）后生效。退回的方案另有一个方案期限。",
        "Of a listed hazard a node with a unit is the date of that unit's part; only a node without one moves the "
        "date of the whole, and both once the plan is approved (T20). A plan sent back has its deadline anew.",
    ),
    (
        "T20",
        "只有本件的牵头副区长（或清零办代）能审批方案和延期；重点防控只由牵头副区长批准。",
        "Only the vice-mayor who sponsors this hazard (or the office for him) decides on its plan and extension; key "
        "control is approved by the sponsor alone.",
    ),
    (
        "T29",
        "验收由清零办签署；验收组组长提交的须写明签署人。组长单位参与整治的，由清零办派出组长。",
        "The office signs the acceptance; the chair names who signed when he files it. Where the chair's unit handles "
        "the hazard, the office provides the chair.",
    ),
    (
        "T32",
        "挂牌的隐患回潮，原副区长、牵头和配合单位不变，各子任务重新整治，摘牌公告不再欠；不另行挂牌公告。",
        "A listed hazard that relapses keeps sponsor, lead and cooperating units; every part is remediated anew, the "
        "publication of the removal is no longer owed, and the listing is not published again.",
    ),
    (
        "N44",
        "挂牌公告、备案、摘牌公告由清零办登记（record_listing_notice）；未登记的，末次回头看不得归档。",
        "The office records publication and filing (record_listing_notice); the last look-back does not close a "
        "hazard while one is owed.",
    ),
    (
        "T01",
        "外部渠道来的隐患在核实之前由城运中心管辖；核实属实者即登记并管辖（MOD-16：任何时候都有一个管辖单位）。",
        "What comes from outside is the transfer desk's until it is verified; whoever confirms it registers and "
        "holds it (MOD-16: it has an owner at any time).",
    ),
    (
        "T05",
        "村居、管区、镇里的单位与街镇同样可以自行整治登记的隐患。",
        "Village committees, zones and a town's institutions handle what they registered just as sub-districts do.",
    ),
    (
        "T07",
        "研判期间本级整治时限停计；退回（T11）后照原日期接着走，没有走过的从退回时起算。原方案在新方案提交前仍然有效。",
        "While the hazard is before the office its own clock stands; after a return (T11) it goes on with its "
        "old dates, or starts then if it never ran. The old plan holds until a new one is filed.",
    ),
    (
        "T10",
        "提级的隐患只能转递给委办局，退单后改派也一样。",
        "An upgraded hazard is routed to a bureau only, when it was sent back too.",
    ),
    (
        "T18",
        "退单后隐患由城运中心管辖，直到改派；方式不变，不能退回申请单位（T11）。",
        "What is sent back is the transfer desk's until it is routed anew. Its mode stays, and it cannot be "
        "returned to a requester (T11).",
    ),
    (
        "T23",
        "转入重点防控由批准者本人办理：一般、分流为一把手，提级为清零办，挂牌为牵头副区长。没有另设申请一步。",
        "Key control is entered by whoever approves it: the principal for general and diverted hazards, the "
        "office for upgraded ones, the sponsor for listed ones. There is no request before it.",
    ),
    (
        "T24",
        "恢复整治的期限不超过自恢复之日起重新计算的最长期限；尚无方案的先回到方案制定中，"
        "无方案不得报结（A16）。从重点防控报结而评估不通过的，按返工计时。",
        "The date of a resumption lies within the longest limit counted from it. What has no plan goes back to "
        "planning, and nothing is reported done without one (A16). A failed assessment of what was reported done "
        "from key control starts the rework.",
    ),
    (
        "T31",
        "关联的信访件未办结的，末次回头看不得归档（N82）。",
        "The last look-back does not close a hazard while a petition linked to it is open (N82).",
    ),
    (
        "T31",
        "提级、挂牌的回头看由清零办或已涉及该隐患而未承办的其他单位办理；一般、分流由责任单位或清零办办理。",
        "At an upgraded or listed hazard the office or another unit concerned that did not handle it looks back; at "
        "general and diverted ones the owner or the office.",
    ),
    (
        "T33",
        "清零前才能移交；移交后180日内，涉及过的单位可以补记配合情况，此外什么也不办（MOD-18）。",
        "A hazard is handed over before its clearance only. For 180 days afterwards units it concerned may add "
        "notes of cooperation, and nothing else is done (MOD-18).",
    ),
    (
        "T19",
        "方案由责任人员或联络员提交。只有第二类风险须先会商，其方案自会商起算；第一、三类的方案自签收起算。",
        "The handler or the liaison files the plan. Only category 2 is consulted on first, and its plan is due "
        "from the consultation; that of categories 1 and 3 from the sign-off.",
    ),
    (
        "T19",
        "整治期限已过才报的方案可以写今后的节点：上限之内，或上限也已过时不限。节点不移动期限，隐患仍为超期（REM-02）。",
        "A plan filed when the limit has passed may name nodes to come: up to the cap, or freely when that has "
        "passed too. They move no date and the hazard stays overdue (REM-02).",
    ),
    (
        "T22",
        "报结使未决的延期申请作废，评估不通过后可以再申请；被驳回的不可以。批准的日期不因后来载入日历而变动。",
        "Reporting completion voids a pending request, which may be made again after a failed assessment; a "
        "refused one may not. A granted date does not move when a calendar is loaded later.",
    ),
    (
        "T26",
        "评估人既不得是责任人员，也不得是报结人。",
        "The assessor is neither the handler nor the one who reported completion.",
    ),
    (
        "T32",
        "新报的隐患由城运中心或清零办确认为回潮（confirm_relapse），已清零或回头看中均可；是否同一地点、"
        "同一小类由确认的人判断，程序核对期限。原责任人员留任。",
        "That a new report is a relapse is confirmed by the desk or the office (confirm_relapse), while the "
        "hazard is cleared or looked at. Whoever confirms it judges whether place and item are the same; the "
        "window is checked. Its handler stays.",
    ),
    (
        "T33",
        "已清零、回头看中的隐患不能并案：新报的作回潮处理。",
        "A cleared hazard is not merged into another: the new report is a relapse of it.",
    ),
    (
        "T34",
        "没有 set_level：L0–L3 由时间走，L4 起分别为约谈（order_talk、hold_talk）、整改报告、公开曝光、"
        "提请追责（refer）、提请挂牌、不予（decline）各项命令，须先由阶梯或事件提出（SUP-05）。说明超期原因、"
        "认可、签收督办事项也各为一项命令，由承担的单位或清零办办理。城运中心、"
        "清零办可以手工发出 L0–L2 的文书，不改变级别。",
        "There is no set_level: time climbs to L3, and from L4 on talk (order_talk, hold_talk), rectification "
        "report, exposure, referral (refer), proposal of a listing and refusal (decline) are commands of their "
        "own, once the ladder or an incident has laid the question (SUP-05). Stating a reason, accepting it and "
        "acknowledging what is owed are commands too, of the unit that owes it or of the office. Desk and office "
        "may send the documents of L0 to L2 by hand, which moves no level.",
    ),
    (
        "T35",
        "另有添加记录（add_record）、"
        "主要领导汇报（report_to_principal）和信访件各项（link_petition 至 close_petition），"
        "由各自的单位办理；条线牵头席位可以记录和会商。风险等级在清零前评定。会商会诊由任何单位记录。",
        "Besides there are records (add_record), the report from principal to principal (report_to_principal) and "
        "the steps of a petition (link_petition to close_petition), given by the units concerned; the seat that "
        "leads a line may record and consult too. The grade is given before the clearance. Any unit records a "
        "consultation.",
    ),
    (
        "T01",
        "联络员、责任人员和清零办也可以登记：登记是每个单位的义务。探测设备由值班席位以其渠道登记。",
        "Liaisons, handlers and the office report too, for every unit must. What a detector finds is reported "
        "through its channel by the seat on duty.",
    ),
    (
        "T21",
        "进展只在整治中报告，由责任人员、联络员和配合单位办理；整治期间子任务的报结、确认、"
        "退回另列为 T21a–T21c。",
        "Progress is reported while the hazard is being remediated, by handler, liaison and cooperating units; "
        "reporting, confirming and sending back a part are T21a to T21c.",
    ),
    (
        "T22",
        "延期也可以在方案待审时审批；由谁审批，各区可以另定。",
        "An extension may be decided on while the plan is being reviewed; a district may say otherwise who "
        "decides.",
    ),
    (
        "T25",
        "报结由责任人员或联络员办理。",
        "The handler or the liaison reports completion.",
    ),
    (
        "§3.4",
        "不紧急而按小时计的小类时限（如井盖），督办阶梯仍按工作日；按小时计的时限没有提醒。",
        "Limits of single items in hours (manholes) without urgency climb the ladder by working days; limits in "
        "hours have no reminder.",
    ),
    (
        "§3.4",
        "风险类别 1–3 的方案、返工、认定、评估都不因紧急而缩短；特急的返工、认定时限同紧急。",
        "Urgency shortens neither plan, rework, recognition nor assessment of risk categories 1–3. Rework and "
        "recognition of FLASH hazards have the limits of URGENT ones.",
    ),
    (
        "§3.4",
        "提级、挂牌的整治期限和挂牌的返工期限（15日）不因紧急而缩短。",
        "Urgency shortens neither the remediation of upgraded and listed hazards nor the rework of listed ones "
        "(CD 15).",
    ),
    (
        "§3.4",
        "主时限以外的时限只走催办、督办，约谈、整改报告只催办一次。黑名单的三年、档案的保存年限不是单件隐患的时限。",
        "Clocks other than the main one climb L1 and L2 only, the talk and the rectification report L1. The three "
        "years of the black-list and the years records are kept are no clocks of a hazard.",
    ),
    (
        "§3.4",
        "系统停机错过的时点补发时，所生期限一律从应发之时起算。",
        "What a server that slept makes up for is dated from the instant at which it was due.",
    ),
    (
        "N94",
        "载入日历是一项命令（系统席位），其后果记入台账。",
        "Loading a calendar is a command of the system's seat; what follows from it stands in the ledger.",
    ),
    (
        "T34",
        "督办单要求说明原因的，未到期也可说明；清零后、换了单位后不能再说明的，以及结束时未完成的督办事项，自行失效。",
        "A reason that was asked for may be stated before anything is late. After the clearance, or when another unit "
        "answers, it lapses; at the hazard's end all that is still owed does.",
    ),
)
