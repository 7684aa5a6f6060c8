"""docs/process.md is what the code says: state table, deadlines and ladder in both languages."""

import pytest

from docs import generate
from docs.differences import DIFFERENCES
from domain.transitions import TRANSITIONS
from domain.values import State

PAGE = generate.PAGE.read_text("utf-8")


def test_the_page_in_the_tree_is_what_the_code_prints():
    assert generate.page() == PAGE, "run python -m docs.generate"
    assert generate.main(["--check"]) == 0


def test_a_page_out_of_date_is_a_finding_and_writing_it_is_not(tmp_path):
    told: list[str] = []
    page = tmp_path / "process.md"

    assert generate.main(["--check"], file=page, tell=told.append) == 1
    page.write_text(PAGE.replace("WD", "CD") + "x", "utf-8")
    assert generate.main(["--check"], file=page, tell=told.append) == 1
    assert generate.main([], file=page) == 0
    assert generate.main(["--check"], file=page) == 0
    assert len(told) == 2 and all("python -m docs.generate" in line for line in told)


@pytest.mark.parametrize("part", PAGE.split("\n---\n\n"), ids=["zh", "en"])
def test_each_language_tells_the_whole_process(part):
    assert all(f"`{state}`" in part for state in State)
    assert all(f"| {row.id} |" in part for row in TRANSITIONS)
    assert all(f"`{row.id}.{guard.code}`" in part for row in TRANSITIONS for guard in row.guards)
    assert part.count("- **") == len(DIFFERENCES)


def test_the_english_part_needs_no_chinese_but_in_names_and_sources():
    english = PAGE.split("\n---\n\n")[1]
    columns = [line.split(" | ") for line in english.splitlines() if line.startswith("| ")]
    described = [cell for line in columns for cell in line[:-1]]

    assert [cell for cell in described if any("一" <= letter <= "龥" for letter in cell)] == []
