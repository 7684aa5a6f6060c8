"""docs/requirements.md is what the table and the tests say, and no obligation of it is passed over."""

import re
from collections import Counter

from docs import requirements
from docs.requirements import ROOT, STATUSES, shown

ROWS = requirements.requirements()
SHOWN = shown()
OF_THE_TABLE = re.compile(r"[A-Z]{3}-\d\d")


def test_the_page_in_the_tree_is_what_the_table_and_the_tests_say():
    assert requirements.page() == requirements.PAGE.read_text("utf-8"), "run make requirements"
    assert requirements.main(["--check"]) == 0


def test_a_page_out_of_date_is_a_finding_and_writing_it_is_not(tmp_path):
    told: list[str] = []
    page = tmp_path / "requirements.md"

    assert requirements.main(["--check"], file=page, tell=told.append) == 1
    assert requirements.main([], file=page) == 0
    assert requirements.main(["--check"], file=page, tell=told.append) == 0
    assert len(told) == 1 and "make requirements" in told[0]


def test_a_row_is_told_with_its_tests_and_one_that_there_is_not_is_refused():
    told: list[str] = []

    assert requirements.main(["REM-03"], tell=told.append) == 0
    assert any("::test_" in line for line in told)
    assert requirements.main(["REM-99"], tell=told.append) == 2
    assert "REM-99" in told[-1]


def test_all_181_are_there_once_in_their_levels():
    assert len({row.id for row in ROWS}) == len(ROWS) == 181
    assert Counter(row.level for row in ROWS) == {"MUST": 107, "SHOULD": 66, "CTX": 8}
    assert all(OF_THE_TABLE.fullmatch(row.id) and row.section[:3] in requirements.DOCUMENTS for row in ROWS)


def test_every_id_that_a_test_names_is_in_the_table():
    assert {id for id in SHOWN if OF_THE_TABLE.fullmatch(id)} <= {row.id for row in ROWS}


def test_every_obligation_is_shown_by_a_test_or_says_what_is_still_to_come():
    assert [r.id for r in ROWS if r.level == "MUST" and not SHOWN.get(r.id) and not r.still_to_come] == []


def test_a_status_says_no_more_than_can_be_shown():
    """Built: somewhere, shown, nothing left. In part: somewhere, something left. Not built: all of it left."""
    claims = {
        "built": lambda row: row.paths and SHOWN.get(row.id) and not row.still_to_come,
        "part": lambda row: row.paths and row.still_to_come,
        "open": lambda row: row.still_to_come and not row.paths,
        "context": lambda row: row.level == "CTX",
    }

    assert set(claims) == set(STATUSES)
    assert [row.id for row in ROWS if not claims[row.status](row)] == []


def test_where_something_stands_there_is_a_file():
    assert [(row.id, path) for row in ROWS for path in row.paths if not (ROOT / path).is_file()] == []


def test_every_scenario_that_shows_something_is_a_file():
    scenarios = {test for tests in SHOWN.values() for test in tests if test.startswith("scenarios/")}
    assert scenarios and all((ROOT / name).is_file() for name in scenarios)


def test_marks_are_read_from_functions_classes_parameters_and_tables(tmp_path):
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_marks.py").write_text(
        """
import pytest
SHOWS = {"one": ("AAA-01", *("AAA-02",))}
ALL = [pytest.param(1, marks=pytest.mark.requirement(*SHOWS.get("one", ())))]
@pytest.mark.requirement("AAA-03", "AAA-04")
async def test_a(): ...
class TestB:
    @pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.requirement("AAA-05"))])
    def test_c(self, n): "no mark: AAA-06"
ROWS = [("x", "AAA-07", make()), ("y", "AAA-08", None)]
@pytest.mark.parametrize("a", [pytest.param(*row, marks=pytest.mark.requirement(row[1])) for row in ROWS])
def test_d(a): ...
""",
        "utf-8",
    )

    assert shown(tmp_path) == {
        "AAA-01": ("scenarios/one.yaml",),
        "AAA-02": ("scenarios/one.yaml",),
        "AAA-03": ("tests/test_marks.py::test_a",),
        "AAA-04": ("tests/test_marks.py::test_a",),
        "AAA-05": ("tests/test_marks.py::TestB::test_c",),
        "AAA-07": ("tests/test_marks.py::test_d",),
        "AAA-08": ("tests/test_marks.py::test_d",),
    }
