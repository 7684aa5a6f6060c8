"""Which column fills which field, by its name or as the user says."""

import pytest

from intake.mapping import CellUnreadable, columns, is_header
from intake.sheets import SheetError

HOTLINE = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")


def fields(header, said=()):
    return {name: field.name for name, field in columns(header, said).taken()}


def refusal(header, *said):
    with pytest.raises(SheetError) as error:
        columns(header, said)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_the_hotline_s_columns_are_understood_and_its_answers_left_out():
    assert fields(HOTLINE) == {
        "留言编号": "external_number",
        "留言用户": "reporter_ref",
        "留言主题": "title",
        "留言时间": "occurred_at",
        "留言详情": "description",
    }
    assert list(columns(HOTLINE).left()) == ["答复意见", "答复时间"]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("工单编号", "external_number"),
        ("编号", "external_number"),
        ("标题", "title"),
        ("诉求内容", "description"),
        ("来电时间", "occurred_at"),
        ("地址", "place"),
        ("事发地点", "place"),
        ("街镇", "subdistrict"),
        ("部件编号", "code"),
        ("编号大类", "code"),
        ("联系电话", "reporter_ref"),
        ("* 诉求 内容（必填）", "description"),
        ("Description", "description"),
    ],
)
def test_names_by_which_columns_go(name, field):
    assert fields(("内容", name) if field != "description" else (name,))[name] == field


def test_of_two_names_for_one_field_the_more_telling_wins():
    header = ("编号", "工单编号", "内容")
    assert fields(header) == {"工单编号": "external_number", "内容": "description"}
    assert list(columns(header).left()) == ["编号"]


def test_a_counter_of_rows_is_no_number_of_a_message():
    assert "序号" not in fields(("序号", "内容"))


def test_the_user_has_the_last_word():
    header = ("事由", "经过", "编号", "备注号")
    said = ("事由=标题", "经过=description", "备注号=编号", "编号=忽略")
    assert fields(header, said) == {"事由": "title", "经过": "description", "备注号": "external_number"}


def test_a_mistaken_map_says_what_there_is():
    assert "表中没有“事甶”这一列，现有：事由、编号" in refusal(("事由", "编号"), "事甶=内容")
    assert "没有字段“正文”" in refusal(("事由",), "事由=正文")
    assert "description" in refusal(("事由",), "事由=正文")
    assert "应写成 列名=字段" in refusal(("事由",), "事由")
    assert "应写成 列名=字段" in refusal(("事由",), "=内容")
    assert "重复" in refusal(("甲", "乙"), "甲=内容", "乙=内容")
    assert "重复" in refusal(("甲", "乙"), "甲=内容", "甲=标题")
    assert "2列都叫“甲”" in refusal(("甲", "甲"), "甲=内容")


def test_a_sheet_without_a_text_is_refused_with_its_columns():
    assert "现有列：姓名、年龄" in refusal(("姓名", "年龄"))


def test_a_header_is_known_by_two_of_its_names():
    assert is_header(HOTLINE)
    assert is_header(("编号", "x", "内容"))
    assert not is_header(("编号", "某科制表", ""))
    assert not is_header(("编号", "编号", "编号"))


def test_values_are_read_by_field_and_blanks_left_out():
    known = columns(("编号", "标题", "内容", "地址"))
    assert known.values((7.0, " ", "两行\n原样 ")) == {"external_number": "7", "description": "两行\n原样 "}
    with pytest.raises(CellUnreadable) as error:
        columns(("内容", "时间")).values(("甲", "昨天"))
    assert error.value.column == "时间"
