"""The four risk categories: whose they are, who may answer, what comes before the plan and with completion."""

import pytest

from domain.accountability import Failure
from domain.categories import Checklist
from tests.builders import BOOKS, QINGPU


@pytest.mark.requirement("CLS-09", "CLS-10", "CLS-11", "CLS-12", "CLS-13")
def test_every_district_knows_the_four_categories_and_their_sub_items():
    for book in BOOKS.values():
        assert {one.number: len(one.sub_items) for one in book.categories} == {1: 4, 2: 11, 3: 6, 4: 7}
        for category in book.categories:
            assert [one.number for one in category.sub_items] == list(range(1, len(category.sub_items) + 1))


@pytest.mark.requirement("ACT-20", "CLS-10", "CLS-11", "CLS-12", "CLS-13", "A12")
@pytest.mark.parametrize(
    ("number", "lead", "responsible"),
    [
        (1, "派出所", {"ZONE", "INSTITUTION", "VILLAGE_COMMITTEE"}),
        (2, "镇群工办", {"ZONE", "VILLAGE_COMMITTEE"}),
        (3, "镇综治办", {"ZONE", "INSTITUTION", "VILLAGE_COMMITTEE"}),
        (4, "镇安监办", {"ZONE", "INSTITUTION", "VILLAGE_COMMITTEE"}),
    ],
)
def test_in_the_town_each_category_has_its_lead_unit_and_the_kinds_of_unit_that_answer(
    number, lead, responsible
):
    town = BOOKS["pingdu-town"]
    category = town.category(number)

    assert (town.organisation.name(category.lead), set(category.responsible)) == (lead, responsible)


@pytest.mark.requirement("COL-02", "REM-06", "REM-07")
def test_only_mass_incidents_are_consulted_on_first_and_disputes_have_their_checklists():
    assert [one.number for one in QINGPU.categories if one.consult_first] == [2]
    assert QINGPU.category(2).checklists == (Checklist.HANDLING, Checklist.SETTLEMENT)
    assert QINGPU.category(3).checklists == (Checklist.SETTLEMENT,)
    assert QINGPU.category(None) is None


@pytest.mark.requirement("SUP-04", "SUP-05")
def test_each_district_names_the_kinds_of_neglect_its_own_plan_names():
    assert set(BOOKS["putuo"].accountability.failures) == set(Failure)
    assert QINGPU.accountability.failures == (Failure.NOT_TREATED, Failure.NOT_CLEARED)
    assert QINGPU.accountability.to == "区纪委监委"
