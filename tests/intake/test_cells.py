"""What cells say: numbers that are names, moments in every shape, texts as they are."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import SHANGHAI, Urgency
from intake import cells

AFTERNOON = datetime(2019, 4, 24, 16, 3, 40, tzinfo=SHANGHAI)
MINUTE = datetime(2019, 4, 24, 16, 3, tzinfo=SHANGHAI)
DAY = datetime(2019, 4, 24, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2019/4/24 16:03:40", AFTERNOON),
        ("2019-04-24 16:03:40", AFTERNOON),
        ("2019-04-24T16:03:40", AFTERNOON),
        ("2019-04-24T16:03:40+08:00", AFTERNOON),
        ("2019-04-24T08:03:40Z", AFTERNOON),
        ("2019-04-24T08:03:40.000+0000", AFTERNOON),
        ("2019.4.24 16:03:40", AFTERNOON),
        ("2019年4月24日 16时03分40秒", AFTERNOON),
        ("2019年04月24日16:03:40", AFTERNOON),
        ("2019年4月24日 星期三 16:03:40", AFTERNOON),
        ("２０１９／４／２４　１６：０３：４０", AFTERNOON),
        ("2019/4/24 下午 4:03:40", AFTERNOON),
        ("2019/4/24 4:03:40 PM", AFTERNOON),
        ("20190424160340", AFTERNOON),
        (" 2019/4/24 16:03:40\t", AFTERNOON),
        (datetime.fromisoformat("2019-04-24 16:03:40"), AFTERNOON),
        (datetime(2019, 4, 24, 8, 3, 40, tzinfo=UTC), AFTERNOON),
        (datetime.fromisoformat("2019-04-24 16:03:39.999996"), AFTERNOON),
        (43579.66921296296, AFTERNOON),
        ("43579.66921296296", AFTERNOON),
        ("2019/4/24 16:03", MINUTE),
        ("2019年4月24日16点03分", MINUTE),
        ("201904241603", MINUTE),
        ("2019-4-24", DAY),
        ("2019年4月24日", DAY),
        ("20190424", DAY),
        (20190424.0, DAY),
        (date(2019, 4, 24), DAY),
        ("2019/4/24 上午12:00", DAY),
        ("1970-01-01 00:00:00", datetime(1970, 1, 1, tzinfo=SHANGHAI)),
        ("2099-12-31 23:59:59", datetime(2099, 12, 31, 23, 59, 59, tzinfo=SHANGHAI)),
    ],
)
def test_moments_in_the_shapes_that_exports_write(cell, moment):
    found = cells.moment(cell)
    assert found == moment
    assert found.tzinfo is not None


@pytest.mark.parametrize(
    "cell",
    [
        "昨天下午",
        "24/04/2019",
        "04-24",
        "19/4/24",
        "2019/13/1",
        "2019/2/30",
        "2019/4/24 25:00",
        "2019/4/24 16:03:40 左右",
        "1900-01-00",
        "1899-12-30",
        0.0,
        1.5,
        -3.0,
        1e300,
        float("nan"),
        time(16, 3),
        True,
    ],
)
def test_what_is_no_moment_says_how_to_write_one(cell):
    with pytest.raises(cells.Unreadable, match="2019-04-24 16:03:40"):
        cells.moment(cell)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (2554.0, "2554"),
        (2554, "2554"),
        ("2554.0", "2554"),
        ("0012", "0012"),
        (" 20190424-7\t", "20190424-7"),
        ("\t310107199001011234", "310107199001011234"),
        ('="00123"', "00123"),
        ("'00123", "00123"),
        ("SH-12", "SH-12"),
        (12.5, "12.5"),
        (datetime.fromisoformat("2019-04-24 16:03:40"), "2019-04-24 16:03:40"),
        ("", None),
        ("   ", None),
    ],
)
def test_a_number_of_another_system_stays_what_it_is(cell, said):
    assert cells.identifier(cell) == said


@pytest.mark.parametrize("cell", [2.0190424160340e17, 1e15, "2.01904E+17", 2**60])
def test_a_number_the_spreadsheet_has_rounded_is_refused(cell):
    with pytest.raises(cells.Unreadable) as error:
        cells.identifier(cell)
    assert error.value.code == "rounded-number"


@given(st.text(min_size=1).filter(lambda text: text.strip()))
def test_a_text_is_kept_character_for_character(text):
    try:
        assert cells.text(text) == text
    except cells.Unreadable:
        assert any("\ud800" <= character <= "\udfff" for character in text)


def test_other_cells_become_the_text_a_spreadsheet_shows():
    assert cells.text(3.0) == "3"
    assert cells.text(3.25) == "3.25"
    assert cells.text(True) == "是"
    assert cells.text(date(2019, 4, 24)) == "2019-04-24"
    assert cells.line("两行\n\t并作 一行") == "两行 并作 一行"


def test_nobody_is_not_one_and_the_same_person():
    assert cells.writer("匿名") is None
    assert cells.writer("A00023583") == "A00023583"


def test_codes_urgencies_and_numbers():
    assert cells.code("ｓ06－02 ") == "S06-02"
    assert cells.urgency("特急") is Urgency.FLASH
    assert cells.urgency("normal") is Urgency.NORMAL
    assert cells.whole("３０") == 30
    assert cells.number(121.41) == 121.41
    for read, cell in ((cells.urgency, "着急"), (cells.whole, 2.5), (cells.number, "约三十")):
        with pytest.raises(cells.Unreadable):
            read(cell)
