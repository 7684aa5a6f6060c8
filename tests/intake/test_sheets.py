"""Reading sheets: every format and encoding people send, and one clear line for what is none."""

from datetime import datetime

import pytest

from intake.sheets import SheetError, open_sheet
from intake.texts import is_spoilt
from tests.intake.oldfiles import encrypted_xlsx, xls

TABLE = "编号,内容\n1,井盖缺失\n2,路灯不亮\n"


def contents(path, **more):
    sheet = open_sheet(path, **more)
    return sheet.header, [(row.number, row.cells) for row in sheet.rows()]


def refusal(path, **more):
    with pytest.raises(SheetError) as error:
        open_sheet(path, **more)
    line = str(error.value)
    assert "\n" not in line and " | " in line
    return line


# -- workbooks ---------------------------------------------------------------------------------------


def test_a_workbook_gives_header_and_rows_with_their_numbers(xlsx):
    moment = datetime.fromisoformat("2019-04-24 16:03:40")
    path = xlsx(
        [["编号", "内容", "时间"], [2554, "  原文\n照旧 ", moment], ["", "", ""], ["0012", "又一件", ""]]
    )
    header, rows = contents(path)
    assert header == ("编号", "内容", "时间")
    assert rows == [(2, (2554.0, "  原文\n照旧 ", moment)), (4, ("0012", "又一件", ""))]


def test_the_old_format_is_read_too(csv):
    path = csv(xls([["编号", "内容"], [2554.0, "井盖缺失"]]), name="旧表.xls")
    assert contents(path) == (("编号", "内容"), [(2, (2554.0, "井盖缺失"))])


def test_what_a_file_is_follows_from_its_bytes_not_from_its_name(xlsx, csv):
    assert contents(xlsx([["编号", "内容"], [1, "甲"]], name="a.csv"))[1] == [(2, (1.0, "甲"))]
    assert contents(csv("编号,内容\n1,甲\n", name="b.xls"))[1] == [(2, ("1", "甲"))]
    assert contents(csv(xls([["编号", "内容"], ["1", "甲"]]), name="c.xlsx"))[1] == [(2, ("1", "甲"))]


def test_a_title_above_the_header_is_passed_over(xlsx):
    path = xlsx([["普陀区热线工单"], [], ["编号", "内容"], [1, "甲"]])
    assert contents(path) == (("编号", "内容"), [(4, (1.0, "甲"))])


def test_a_row_of_known_names_is_the_header_even_below_wider_notes(xlsx):
    path = xlsx([["制表", "某科", "2026年"], ["编号", "内容"], [1, "甲"]])
    assert open_sheet(path, None, lambda names: "编号" in names).header_row == 2


def test_the_first_sheet_with_something_in_it_is_taken_or_the_one_asked_for(xlsx):
    path = xlsx(空表=[], 一月=[["编号", "内容"], [1, "甲"]], 二月=[["编号", "内容"], [2, "乙"]])
    assert open_sheet(path).name == "一月"
    assert open_sheet(path, "二月").name == "二月"
    assert open_sheet(path, "3").name == "二月"
    assert "现有：空表、一月、二月" in refusal(path, sheet="三月")


def test_rows_can_be_read_again(xlsx):
    sheet = open_sheet(xlsx([["编号", "内容"], [1, "甲"], [2, "乙"]]))
    assert sheet.count == 2
    assert list(sheet.rows()) == list(sheet.rows())


def test_a_password_is_named_as_the_reason(csv):
    assert "有密码保护" in refusal(csv(xls([["编号", "内容"]], password=True), name="密.xls"))
    assert "有密码保护" in refusal(csv(encrypted_xlsx(), name="密.xlsx"))


def test_a_damaged_workbook_is_one_line(xlsx, csv):
    whole = xlsx([["编号", "内容"], [1, "甲"]]).read_bytes()
    for damaged in (whole[: len(whole) // 2], b"PK\x03\x04" + bytes(300), b"\xd0\xcf\x11\xe0" + bytes(600)):
        assert "已损坏" in refusal(csv(damaged, name="坏.xlsx"))


# -- text --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_with_every_delimiter(csv, encoding, delimiter):
    path = csv(TABLE.replace(",", delimiter), encoding)
    assert contents(path) == (("编号", "内容"), [(2, ("1", "井盖缺失")), (3, ("2", "路灯不亮"))])


def test_commas_and_lines_inside_quotes_stay_in_their_cell(csv):
    path = csv('编号;内容\n1;"路灯不亮, 井盖缺失; 还有\n第二行"\n')
    assert contents(path)[1] == [(2, ("1", "路灯不亮, 井盖缺失; 还有\n第二行"))]


def test_a_cell_longer_than_the_reader_allows_by_default_is_read(csv):
    text = "很长" * 100_000
    assert contents(csv(f"编号,内容\n1,{text}\n"))[1] == [(2, ("1", text))]


def test_half_a_character_spoils_its_cell_and_not_the_file(csv):
    good = "".join(f"{n},井盖缺失多日无人处理请尽快派人来看\n" for n in range(60))
    spoilt = "99,路灯".encode("gbk")[:-1] + b"\n"
    rows = contents(csv("编号,内容\n".encode("gbk") + good.encode("gbk") + spoilt + good.encode("gbk")))[1]
    assert len(rows) == 121
    assert is_spoilt(rows[60][1][1])
    assert rows[61] == (63, ("0", "井盖缺失多日无人处理请尽快派人来看"))


def test_a_quotation_mark_that_is_never_closed_marks_its_row(csv):
    rows = list(open_sheet(csv('编号,内容\n1,甲\n2,"乙\n3,丙\n')).rows())
    assert [(row.number, row.swallowed) for row in rows] == [(2, False), (3, True)]


def test_a_hundred_thousand_rows_are_no_burden(csv):
    sheet = open_sheet(csv("编号,内容\n" + "".join(f"{n},路灯不亮\n" for n in range(100_000))))
    assert sheet.count == 100_000
    assert next(iter(sheet.rows())).cells == ("0", "路灯不亮")


# -- what is no sheet --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "是空文件"),
        (b" \n\n", "是空文件"),
        (b",,\n,,\n", "没有任何内容"),
        ("编号,内容\n".encode(), "只有表头"),
        (b"<html><table><tr><td>a</td></tr></table></html>", "其实是网页"),
        (b"%PDF-1.7\n...", "不是 xlsx、xls 或 csv"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "不是 xlsx、xls 或 csv"),
        (bytes(range(128, 256)) * 20, "认不出"),
        (b"\xff\xfea\0b", "认不出"),
    ],
)
def test_what_is_no_sheet_is_one_line(csv, content, said):
    assert said in refusal(csv(content))


def test_a_missing_file_and_a_folder_are_one_line(tmp_path):
    assert "没有文件" in refusal(tmp_path / "没有.xlsx")
    assert "是文件夹" in refusal(tmp_path)


def test_a_text_file_has_no_sheets_to_choose_from(csv):
    assert "去掉 --sheet" in refusal(csv(TABLE), sheet="一月")
