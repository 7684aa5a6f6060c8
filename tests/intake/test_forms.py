"""From a row to a report, and why some rows cannot become one."""

from datetime import datetime

import pytest

from domain.values import SHANGHAI, Channel
from intake.forms import PLACE_IN_TEXT, Reader, RowRefused
from intake.mapping import columns
from intake.references import References, reference_key
from intake.sheets import Row
from settings import SettingsError

HEADER = ("编号", "标题", "内容", "时间", "地址", "联系电话")
REFERENCES = References(b"k" * 32, "市民热线")


def read(*cells, header=HEADER, number=2, **more):
    reader = Reader(columns(header), Channel.HOTLINE, "市民热线", REFERENCES.of)
    return reader.read(Row(number, cells, **more))


def problem(*cells, **more):
    with pytest.raises(RowRefused) as error:
        read(*cells, **more)
    return error.value.problem


@pytest.mark.requirement("REG-01", "REG-08")
def test_a_row_becomes_a_report_with_its_number_text_and_time():
    text = "\n\t\t 您好！路灯不亮。\n\t\t 请修。 "
    message = read(2554.0, "路灯不亮", text, "2019/4/24 16:03:40", "曹杨新村街道某路", "13800000000")
    form = message.form
    assert form.external_source == "市民热线"
    assert form.external_number == "2554"
    assert form.description == text
    assert form.occurred_at == datetime(2019, 4, 24, 16, 3, 40, tzinfo=SHANGHAI)
    assert form.place == "曹杨新村街道某路"
    assert form.channel is Channel.HOTLINE
    assert message.key == "import:市民热线:2554"


def test_without_a_place_the_report_says_where_to_look_for_it():
    assert read(1, "路灯不亮", "内容").form.place == f"路灯不亮{PLACE_IN_TEXT}"
    assert read(1, "", "内容").form.place == PLACE_IN_TEXT
    assert len(read(1, "长" * 200, "内容").form.place) <= 500


def test_the_writer_is_kept_as_a_reference_only():
    message = read(1, "标题", "内容", "", "", "138 0000 0000")
    assert message.form.reporter_ref == REFERENCES.of("13800000000")
    assert "13800000000" not in message.form.model_dump_json() + message.key


def test_a_reference_is_the_same_for_the_same_writer_of_the_same_source_and_key():
    one = REFERENCES.of("A00023583")
    assert one == REFERENCES.of(" Ａ00023583")
    assert len({one, REFERENCES.of("A00023584"), References(b"k" * 32, "信访").of("A00023583")}) == 3
    assert References(b"j" * 32, "市民热线").of("A00023583") != one


def test_the_key_of_references_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    key = reference_key(tmp_path / "var")
    assert len(key) == 32
    assert reference_key(tmp_path / "var") == key
    assert (tmp_path / "var" / "reference.key").stat().st_mode & 0o077 == 0
    (tmp_path / "var" / "reference.key").write_text("破")
    with pytest.raises(SettingsError, match="已损坏"):
        reference_key(tmp_path / "var")


def test_without_a_number_the_content_is_the_key():
    first, again, other = read("", "甲", "内容"), read("", "甲", "内容", number=9), read("", "乙", "内容")
    assert first.key == again.key != other.key
    assert first.key.startswith("import:市民热线:sha256-")
    assert first.form.external_number is None


def test_a_key_that_would_be_too_long_or_unprintable_is_hashed():
    long, odd = read("9" * 150, "甲", "内容"), read("7　8\u200b", "甲", "内容")
    assert long.key.startswith("import:市民热线:number-") and len(long.key) <= 120
    assert odd.key.isprintable()
    assert long.form.external_number == "9" * 150


def test_a_very_long_text_is_taken_whole_and_one_longer_still_is_not():
    assert read(1, "标题", "字" * 100_000).form.description == "字" * 100_000
    assert problem(1, "标题", "字" * 100_001).code == "import.too-long"


@pytest.mark.parametrize(
    ("cells", "code", "said"),
    [
        ((1, "", " \n"), "import.nothing-said", "都是空的"),
        ((1, "长" * 201, "内容"), "import.too-long", "“标题”有 201 字，最多 200 字"),
        ((1, "标题", "内容\x08"), "import.control-character", "控制字符"),
        ((1, "标题", "内容\udcb5"), "import.spoilt-text", "无法识别"),
        ((1, "标题", "内容", "昨天"), "import.unreadable-time", "“时间”"),
        ((2e17, "标题", "内容"), "import.rounded-number", "尾数已丢失"),
        (("9" * 201, "标题", "内容"), "import.too-long", "“编号”"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(cells, code, said):
    found = problem(*cells, number=7)
    assert (found.row, found.code) == (7, code)
    assert said in found.zh
    assert found.en
    assert found.cells == cells


def test_values_out_of_range_are_named():
    found = problem("内容", "195", header=("内容", "经度"))
    assert found.code == "import.bad-value"
    assert "经度" in found.zh


def test_a_row_that_swallowed_the_rest_of_the_file_says_so():
    assert problem(1, "标题", "内容", swallowed=True).code == "import.open-quote"
