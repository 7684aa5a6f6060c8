"""The workbook of what was not taken."""

from datetime import date, datetime

import python_calamine

from intake.forms import Problem
from intake.leftovers import CUT, LONGEST, leftovers_path, write_leftovers
from intake.mapping import columns
from intake.sheets import SheetError, open_sheet

HEADER = ("编号", "内容", "时间")


def problem(row, *cells, code="import.nothing-said"):
    return Problem(row, code, "标题和内容都是空的", "nothing said", cells)


def rows_of(path):
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_each_row_stands_as_it_was_with_its_number_and_reason(tmp_path):
    path = leftovers_path(tmp_path / "var", tmp_path / "热线 5月.csv")
    cells = (
        2554.0,
        '=SUM(A1) "引号" http://a.b',
        datetime.fromisoformat("2019-04-24 16:03:40"),
        date(2019, 4, 24),
        True,
    )
    assert write_leftovers(path, HEADER, [problem(7, *cells)]) == path
    assert path.name == "热线 5月-未导入.xlsx"
    assert rows_of(path) == [
        ["行号", "原因", "代码", *HEADER, "", ""],
        [7.0, "标题和内容都是空的", "import.nothing-said", *cells],
    ]


def test_nothing_is_written_when_nothing_was_refused(tmp_path):
    path = leftovers_path(tmp_path, tmp_path / "a.xlsx")
    assert write_leftovers(path, HEADER, []) is None
    assert not path.exists()


def test_only_its_owner_may_read_it_and_nothing_is_left_beside_it(tmp_path):
    path = leftovers_path(tmp_path, tmp_path / "a.xlsx")
    write_leftovers(path, HEADER, [problem(2, "1", "", "")])
    write_leftovers(path, HEADER, [problem(3, "1", "", "")])
    assert path.stat().st_mode & 0o077 == 0
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_what_no_cell_can_hold_is_cut_or_replaced(tmp_path):
    path = leftovers_path(tmp_path, tmp_path / "a.csv")
    write_leftovers(path, HEADER, [problem(2, "坏\udcb5", "长" * 40_000, float("inf"), "控\x08")])
    cells = rows_of(path)[1][3:]
    assert cells[0].startswith("坏") and "\udcb5" not in cells[0]
    assert len(cells[1]) == LONGEST and cells[1].endswith(CUT)


def test_a_mended_workbook_can_be_imported_and_its_leftovers_stay_in_shape(tmp_path):
    path = leftovers_path(tmp_path, tmp_path / "a.csv")
    write_leftovers(path, HEADER, [problem(2, "1", "", "昨天")])
    again = open_sheet(path)
    assert set(columns(again.header).of) == {"external_number", "description", "occurred_at"}
    (row,) = again.rows()
    write_leftovers(path, again.header, [problem(2, *row.cells)])
    assert rows_of(path)[0] == ["行号", "原因", "代码", *HEADER]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "var").write_text("a file")
    try:
        write_leftovers(tmp_path / "var" / "a.xlsx", HEADER, [problem(2, "1")])
    except SheetError as error:
        assert "写不出未导入清单" in str(error)
    else:
        raise AssertionError("it was written")
