"""What a check comes to: findings, each one line that says what is wrong and where."""

from __future__ import annotations

from enum import StrEnum

from domain.values import Value


class Part(StrEnum):
    """What a finding is about."""

    LEDGER = "ledger"
    READ_MODEL = "read-model"
    RULES = "rules"
    MANIFEST = "manifest"
    ARCHIVE = "archive"
    REPLAY = "replay"
    ACCESS_LOG = "access-log"
    PROGRAMME = "programme"
    RISK_POINTS = "risk-points"

    @property
    def zh(self) -> str:
        return _ZH[self]


_ZH = {
    Part.LEDGER: "台账",
    Part.READ_MODEL: "读模型",
    Part.RULES: "规则",
    Part.MANIFEST: "清单",
    Part.ARCHIVE: "归档",
    Part.REPLAY: "复演",
    Part.ACCESS_LOG: "访问日志",
    Part.PROGRAMME: "排查计划",
    Part.RISK_POINTS: "风险点",
}


class Finding(Value):
    """Something that is not as it should be."""

    part: Part
    where: str
    """A hazard's number and step, or an object of the archive."""
    zh: str
    en: str

    @property
    def line(self) -> str:
        return f"{self.part.zh} {self.where}：{self.zh} | {self.part}: {self.en}"


def of_sentence(part: Part, where: str, sentence: str) -> Finding:
    """From a sentence that says it in Chinese and English with `` / `` between."""
    zh, _, en = sentence.partition(" / ")
    return Finding(part=part, where=where, zh=zh, en=en or zh)
