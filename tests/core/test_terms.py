"""A district's own words: phrases of the process replaced in what people read, nothing else touched."""

import pytest

from domain.commands import COMMANDS
from domain.figures import Figure
from domain.library import Rulebook
from domain.organisation import Role, UnitType
from domain.transitions import TRANSITIONS
from domain.values import ClockKey, Mode, RecordKind, Rung, State
from tests.builders import BOOKS, DESK, QINGPU, Case, hazard_in, seat
from web.language import catalogue

JINGAN, PUTUO, TOWN = BOOKS["jingan"], BOOKS["putuo"], BOOKS["pingdu-town"]
BODY = "全区各单位"


def standing_texts() -> str:
    """All that the process itself says to people, in Chinese."""
    labels = [
        term.zh for terms in (Role, UnitType, ClockKey, Mode, RecordKind, Rung, State) for term in terms
    ]
    forms = [form.zh for form in COMMANDS.values()]
    rights = [who.zh for row in TRANSITIONS for who in row.who]
    answers = [guard.zh for row in TRANSITIONS for guard in row.guards]
    figures = [text for figure in Figure for text in (figure.zh, figure.definition.zh)]
    return "\n".join((*labels, *forms, *rights, *answers, *figures, *catalogue(), BODY))


STANDING = standing_texts()


@pytest.mark.requirement("A14", "VER-06", "SUP-03")
@pytest.mark.parametrize(
    ("book", "general", "own"),
    [
        (PUTUO, "清零办主任", "办公室主任"),
        (PUTUO, "由清零办（专班办公室）签署", "由专班办公室签署"),
        (PUTUO, Mode.GENERAL.zh, "本级整治"),
        (PUTUO, Mode.LISTED.zh, "区级挂牌整治"),
        (JINGAN, Mode.LISTED.zh, "挂牌督办"),
        (JINGAN, Rung.L5.zh, "追究责任"),
        (JINGAN, State.CLEARED.zh, "已销项"),
        (TOWN, Role.DESK.zh, "镇综治办值班"),
        (TOWN, "只能由街镇、区属企业提请", "只能由管区、单位、村庄提请"),
        (QINGPU, Role.OFFICE.zh, "清零办"),
    ],
)
def test_a_district_s_own_words(book, general, own):
    assert book.said(general) == own


def test_no_word_is_replaced_twice_and_the_longest_phrase_counts():
    book = Rulebook(**{**dict(QINGPU), "terms": {"甲": "乙", "乙": "丙", "甲乙": "丁"}})

    assert book.said("甲，乙，甲乙") == "乙，丙，丁"


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_every_phrase_that_a_district_replaces_is_one_that_people_read(book):
    assert [phrase for phrase in book.terms if phrase not in STANDING] == []


@pytest.mark.requirement("MOD-01")
def test_an_answer_is_in_the_words_of_the_district():
    case = Case(PUTUO).report(
        seat("caoyang", "discoverer"), place="曹杨新村街道", channel="grid_patrol", code="S06-02"
    )

    assert "专班办公室" in case.refused("merge", seat("caoyang", "liaison")).zh
    assert "清零办" in hazard_in(State.REGISTERED).refused("merge", DESK).zh


def test_a_district_without_words_of_its_own_is_the_same_text_as_before():
    assert "terms" not in QINGPU.model_dump(exclude_defaults=True)
    assert QINGPU.said("清零办") == "清零办"
