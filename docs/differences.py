"""Where the code differs from the process specification on purpose: no code knows what it omits.

Each entry: the rule it is about, then what differs, in Chinese and in English.
"""

DIFFERENCES = (
    (
        "MOD-01",
        "挂牌整治（T09、T14–T16、T20、T29）及其状态、子任务尚未建立。",
        "Listing (T09, T14–T16, T20, T29) with its states and sub-tasks is to come.",
    ),
    (
        "T01",
        "外部渠道来的隐患在核实之前由城运中心管辖；核实属实者即登记并管辖（MOD-16：任何时候都有一个管辖单位）。",
        "What comes from outside is the transfer desk's until it is verified; whoever confirms it registers and "
        "holds it (MOD-16: it has an owner at any time).",
    ),
    (
        "T05",
        "村居、管区与街镇同样可以自行整治登记的隐患。",
        "Village committees and zones handle what they registered just as sub-districts do.",
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
        "转入重点防控由批准者本人办理：一般、分流为一把手，提级为清零办。没有另设申请一步。",
        "Key control is entered by whoever approves it: the principal for general and diverted hazards, the "
        "office for upgraded ones. There is no request before it.",
    ),
    (
        "T24",
        "恢复整治的期限不超过自恢复之日起重新计算的最长期限；尚无方案的先回到方案制定中，无方案不得报结（A16）。"
        "从重点防控报结而评估不通过的，按返工计时。",
        "The date of a resumption lies within the longest limit counted from it. What has no plan goes back to "
        "planning, and nothing is reported done without one (A16). A failed assessment of what was reported done "
        "from key control starts the rework.",
    ),
    (
        "T31",
        "提级整治的回头看由清零办或已涉及该隐患的其他单位办理；一般、分流由责任单位或清零办办理。",
        "At an upgraded hazard the office or another unit already concerned with it looks back; at general and "
        "diverted ones the owner or the office.",
    ),
    (
        "T33",
        "移交后尚不能再记配合情况。",
        "Notes of cooperation after a hand-over are to come.",
    ),
    (
        "T19",
        "会商记录尚未建立，二类风险的方案暂不查会商（COL-02）；一至三类的方案期限从签收起算。",
        "There is no record of consultations yet, so a plan of category 2 is not asked for one (COL-02), and the "
        "plan of categories 1–3 is due from the sign-off.",
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
        "新报的隐患由城运中心或清零办确认为回潮（confirm_relapse），已清零或回头看中均可；原责任人员留任。",
        "That a new report is a relapse is confirmed by the desk or the office (confirm_relapse), while the hazard "
        "is cleared or looked at; its handler stays.",
    ),
    (
        "T33",
        "已清零、回头看中的隐患不能并案：新报的作回潮处理。",
        "A cleared hazard is not merged into another: the new report is a relapse of it.",
    ),
    (
        "T34",
        "说明超期原因、认可超期原因各为一项命令。约谈、提请追责到期只生成待办，由人决定（SUP-05）；公开曝光尚未建立。",
        "Stating and accepting the reason for being late are commands of their own. The talk and the referral "
        "only become tasks that a human decides on (SUP-05); public exposure is to come.",
    ),
    (
        "T35",
        "目前只有评定风险等级，由清零办办理。",
        "Of the records only the risk grade is built; the office gives it.",
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
        "系统停机错过的时点补发时，所生期限一律从应发之时起算。",
        "What a server that slept makes up for is dated from the instant at which it was due.",
    ),
    (
        "N94",
        "载入日历是一项命令（系统席位），其后果记入台账。",
        "Loading a calendar is a command of the system's seat; what follows from it stands in the ledger.",
    ),
)
