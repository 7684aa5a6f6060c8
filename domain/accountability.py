"""The words of accountability: what was neglected, why, and with what consequence (SUP-04…07, CLS-07)."""

from __future__ import annotations

from domain.values import Labelled, Value


class Failure(Labelled):
    """Kinds of neglect (三应三未, SUP-04). Which of them count is the district's own rule."""

    NOT_INSPECTED = "not_inspected", "应排未排", "not inspected though due"
    NOT_TREATED = "not_treated", "应治未治", "not remediated though due"
    NOT_CLEARED = "not_cleared", "应清未清", "not cleared though due"


class Cause(Labelled):
    """Why it was neglected (SUP-06)."""

    SLOW = "slow", "行动迟缓", "slow action"
    HEEDLESS = "heedless", "重视不够", "not taken seriously"
    UNCLEAR_DUTY = "unclear_duty", "责任不实", "duties not taken on"
    WEAK_MEASURES = "weak_measures", "措施不力", "weak measures"
    NOT_CARRIED_OUT = "not_carried_out", "责任、措施落实不到位", "duties or measures not carried out"
    DERELICTION = "dereliction", "失职渎职", "dereliction of duty"


class Consequence(Labelled):
    """Severe consequences (严重后果, CLS-07): what a hazard may lead to, or has led to."""

    SENSITIVE_CASE = "sensitive_case", "有重大影响的敏感案事件", "sensitive case of great impact"
    MASS_INCIDENT = "mass_incident", "50人以上群体性事件", "mass incident of 50 persons or more"
    EXTREME_VIOLENCE = "extreme_violence", "重大个人极端暴力犯罪", "grave act of extreme violence"
    GRAVE_CRIME = "grave_crime", "重大恶性刑事案件", "grave crime"
    GRAVE_ACCIDENT = (
        "grave_accident",
        "重特大道路交通、火灾和治安灾害事故",
        "grave traffic, fire or public-order accident",
    )
    DANGEROUS_GOODS = (
        "dangerous_goods",
        "重大涉危险品、聚集踩踏伤亡事故",
        "grave accident with dangerous goods or in a crowd",
    )


class Accountability(Value):
    """Where a district refers neglect to, and which kinds of it (SUP-04, SUP-05)."""

    to: str
    """The body that is asked to hold to account, e.g. 区纪委监委. It is outside the process."""
    to_en: str
    failures: tuple[Failure, ...]
