"""The schematic maps of the districts: every sub-district in a cell of its own, and what the reader refuses."""

import pytest

from profiles.loader import HERE, shipped_profiles
from profiles.maps import read_map, shipped_map
from profiles.mistakes import ProfileError

BOOKS = shipped_profiles()
QINGPU = BOOKS["qingpu"].organisation


@pytest.mark.requirement("RSK-01")
@pytest.mark.parametrize("district", BOOKS)
def test_every_sub_district_has_a_cell_of_its_own(district):
    organisation = BOOKS[district].organisation
    grid = shipped_map(district, organisation)

    assert {cell.unit for cell in grid.cells} == {unit.id for unit in organisation.territories}
    assert len({(cell.row, cell.col) for cell in grid.cells}) == len(grid.cells)
    assert "示意" in grid.note
    assert grid.rows * grid.cols >= len(grid.cells)


@pytest.mark.requirement("RSK-01")
def test_neighbours_of_the_real_map_are_neighbours_here():
    cells = {cell.unit: cell for cell in shipped_map("qingpu", QINGPU).cells}

    assert cells["xujing"].col > cells["zhaoxiang"].col > cells["xiayang"].col  # the east of the district
    assert cells["jinze"].row > cells["baihe"].row  # the south-west and the north


def test_a_district_may_have_no_map(tmp_path):
    assert read_map(tmp_path, QINGPU) is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("baihe: [1, 3]", "baihai: [1, 3]", "cells.baihai：“baihai”不是本区的街镇（管区）"),
        ("  baihe: [1, 3]\n", "", "cells：没有“白鹤镇”的位置"),
        ("baihe: [1, 3]", "baihe: [1, 5]", "cells.huaxin：与“baihe”在同一格 1 行 5 列"),
        ("baihe: [1, 3]", "baihe: [0, 3]", "cells.baihe[1]："),
        ("baihe: [1, 3]", "baihe: [1, 3]\n  baihe: [1, 2]", "“baihe”写了两次"),
        ("note: ", "remark: ", "note：缺少“note”"),
    ],
)
def test_mistakes_in_a_map(tmp_path, old, new, says):
    folder = tmp_path / "mine"
    folder.mkdir()
    text = (HERE / "qingpu" / "map.yaml").read_text("utf-8")
    assert old in text
    (folder / "map.yaml").write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(ProfileError) as caught:
        read_map(folder, QINGPU)

    assert str(caught.value).startswith("mine/map.yaml")
    assert says in str(caught.value)
