"""Risk grading: LEC at its thresholds (N100, N101), a judged colour with grounds elsewhere."""

from itertools import product

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.risk import CONSEQUENCE, EXPOSURE, LIKELIHOOD, Grade, LecGrade, ManualGrade
from domain.values import Colour

GRADE = TypeAdapter(Grade)


def lec(likelihood: float, exposure: float, consequence: float) -> LecGrade:
    return LecGrade(likelihood=likelihood, exposure=exposure, consequence=consequence)


@pytest.mark.requirement("N100", "N101")
@pytest.mark.parametrize(
    ("factors", "score", "colour"),
    [
        ((10, 10, 100), 10_000, Colour.RED),
        ((3, 3, 40), 360, Colour.RED),  # the lowest above 320; no product is 320 or 160
        ((10, 10, 3), 300, Colour.ORANGE),  # the highest below 320
        ((10, 6, 3), 180, Colour.ORANGE),
        ((10, 1, 15), 150, Colour.YELLOW),  # the highest below 160
        ((10, 1, 7), 70, Colour.YELLOW),  # 70 itself is a general risk
        ((3, 3, 7), 63, Colour.BLUE),
        ((0.1, 0.5, 1), 0.05, Colour.BLUE),
    ],
)
def test_colours_at_the_thresholds(factors, score, colour):
    grade = lec(*factors)

    assert grade.score == score
    assert grade.colour is colour


@pytest.mark.requirement("N100")
def test_scores_are_exact_although_factors_are_fractions():
    assert lec(0.1, 3, 7).score == 2.1, "not 2.1000000000000005"


@pytest.mark.requirement("N100")
def test_every_product_has_a_colour_and_a_higher_score_never_a_milder_one():
    severity = [Colour.BLUE, Colour.YELLOW, Colour.ORANGE, Colour.RED]
    grades = sorted(
        (lec(*factors) for factors in product(LIKELIHOOD, EXPOSURE, CONSEQUENCE)),
        key=lambda grade: grade.score,
    )

    steps = [severity.index(grade.colour) for grade in grades]

    assert steps == sorted(steps)
    assert set(steps) == {0, 1, 2, 3}


@pytest.mark.requirement("N100")
@pytest.mark.parametrize(
    "factors",
    [(5, 6, 7), (10, 4, 7), (10, 6, 50), (0, 6, 7), (10, 0, 7), (-1, 6, 7)],
    ids=["likelihood 5", "exposure 4", "consequence 50", "likelihood 0", "exposure 0", "negative"],
)
def test_factors_outside_the_published_steps_are_refused(factors):
    with pytest.raises(ValidationError, match="N100"):
        lec(*factors)


@pytest.mark.requirement("RSK-01")
def test_a_judged_colour_needs_its_grounds_in_writing():
    assert ManualGrade(colour=Colour.RED, grounds="涉及 62 人，矛盾激化").colour is Colour.RED
    with pytest.raises(ValidationError, match="grounds"):
        ManualGrade(colour=Colour.RED, grounds="")


@pytest.mark.requirement("RSK-05")
@pytest.mark.parametrize("grade", [lec(3, 3, 40), ManualGrade(colour=Colour.YELLOW, grounds="现场判断")])
def test_both_kinds_survive_being_written_down(grade):
    assert GRADE.validate_json(GRADE.dump_json(grade)) == grade
