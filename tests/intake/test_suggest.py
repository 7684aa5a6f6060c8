"""Suggestions: a few codes, each with the words it rests on, and none where nothing was found."""

import pytest

from domain.catalogue import Catalogue, Item
from intake.suggest import suggest
from profiles.loader import shipped_profiles

CATALOGUE = shipped_profiles()["putuo"].catalogue


def codes(text):
    return [suggestion.code for suggestion in suggest(text, CATALOGUE)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("小区门口路灯不亮\n已经一周了", "B01-18"),
        ("某路口井盖缺失", "B01-14"),
        ("雨水井盖破损", "B01-03"),
        ("投诉楼上群租房\n打了隔断住了十几个人", "S06-02"),
        ("某小区消防通道被占\n消防通道停满了车", "S06-07"),
        ("餐馆油烟扰民", "S05-01"),
        ("楼顶违章搭建", "S06-08"),
        ("路面塌陷，危险", "S03-01"),
        ("反映市场外占道经营", "S04-01"),
        ("工地夜间施工噪音大", "S01-11"),
        ("黑车在车站拉客", "S04-06"),
    ],
)
def test_what_a_title_says_is_suggested(text, code):
    assert codes(text)[0] == code


def test_a_suggestion_carries_its_ground():
    (suggestion,) = suggest("路灯不亮\n我家门前的路灯坏了很久", CATALOGUE)
    assert (suggestion.code, suggestion.name) == ("B01-18", "路灯")
    assert suggestion.ground == ("路灯…不亮", "路灯…坏了")
    assert suggestion.score > 0


def test_a_thing_without_a_fault_is_no_finding():
    assert codes("我家在路灯旁边\n路灯旁边有一家店，想问营业执照怎么办") == []


def test_the_longer_name_is_not_taken_for_the_shorter_one():
    assert codes("路灯井盖缺失") == ["B01-06"]


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "咨询公积金贷款", "咨询违章建筑的举报流程", "建议在某路增设路灯", "感谢民警打击赌博"],
)
def test_questions_wishes_and_other_matters_get_none(text):
    assert codes(text) == []


def test_words_said_once_in_passing_are_not_enough():
    assert codes("反映物业收费问题\n物业乱收费，还说我们违建，我们没有") == []


def test_three_at_most_the_best_first():
    text = "违章搭建、油烟扰民、占道经营、夜间施工\n" * 3
    found = suggest(text, CATALOGUE)
    assert len(found) == 3
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_it_is_a_function_of_text_and_catalogue_alone():
    text = "楼顶违章搭建\n请来看看"
    assert suggest(text, CATALOGUE) == suggest(text, CATALOGUE)
    own = Item(
        code="S90-01", class_code="S90", class_name="本区", name="高空抛物", responsible_raw="属地管理"
    )
    (suggestion,) = suggest("小区高空抛物", Catalogue(items=(own,)))
    assert suggestion.code == "S90-01"


def test_a_very_long_text_is_no_burden():
    assert codes("违建" + "字" * 100_000 + "违建") == ["S06-08"]
