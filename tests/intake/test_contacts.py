"""Contact forms from a sheet: the template's own columns, the printed form's repeated ones, and what is wrong."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from deployment import publish_shipped
from domain.contacts import LABELS, SEED_FIELDS
from intake.contacts import columns, import_contacts, told, write_template
from intake.sheets import SheetError
from settings import Settings, load_settings
from storage import contacts
from storage.database import Database

PRINTED = [
    "单位",
    "部门",
    "分管领导姓名",
    "职务",
    "固定电话",
    "手机",
    "联络员姓名",
    "职务",
    "固定电话",
    "手机",
    "传真电话",
    "政务电子邮箱地址",
    "填报人",
    "联系电话",
]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = load_settings(var_dir=tmp_path_factory.mktemp("contacts"))
    publish_shipped(settings)
    return settings


def sheet(folder: Path, *rows: list[str], header: list[str] = PRINTED) -> Path:
    file = folder / "联络员.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header, *rows])
    return file


def filed(settings: Settings, profile: str = "putuo"):
    database = Database.connect(settings.database_url.get_secret_value())
    try:
        return database.read_now(contacts.everyone, profile)
    finally:
        database.close()


@pytest.mark.requirement("FRM-01")
def test_the_printed_form_is_read_with_its_repeated_columns(deployment, tmp_path):
    row = "长寿路街道,平安办,甲,副主任,021-62130001,13800000001,乙,科长,021-62130002,13800000002,021-62130003,cs@example.gov.cn,丙,021-62130004"

    outcome = import_contacts(sheet(tmp_path, row.split(",")), "putuo", deployment)

    kept = filed(deployment)["changshoulu"]
    assert (outcome.kept, outcome.wrong) == (1, ())
    assert (kept.deputy_post, kept.deputy_mobile) == ("副主任", "13800000001")
    assert (kept.liaison_post, kept.liaison_phone, kept.liaison_mobile) == (
        "科长",
        "021-62130002",
        "13800000002",
    )
    assert kept.email == "cs@example.gov.cn"


@pytest.mark.requirement("ACT-04")
def test_what_a_unit_still_owes_is_told_by_unit_and_field_and_by_no_name(deployment, tmp_path):
    outcome = import_contacts(
        sheet(tmp_path, ["桃浦镇", "", "某甲", "", "", "13800000001"]), "putuo", deployment
    )

    owed = {entry.unit.name: entry.missing for entry in outcome.owing}
    assert owed["桃浦镇"] == ("principal_name", "liaison_name", "liaison_mobile")
    assert "区应急局" not in owed  # in 普陀 only the sub-districts owe contacts
    assert not any("某甲" in line or "13800000001" in line for line in told(outcome))


def test_rows_that_cannot_be_kept_are_named_and_the_others_kept(deployment, tmp_path):
    outcome = import_contacts(
        sheet(
            tmp_path,
            ["没有这个街道"],
            ["万里街道", "", "", "", "", "没有手机"],
            ["长征镇", "", "甲"],
            ["长征镇", "", "乙"],
        ),
        "putuo",
        deployment,
    )

    assert outcome.kept == 1
    assert filed(deployment)["changzheng"].deputy_name == "甲"
    assert [(wrong.row, wrong.zh) for wrong in outcome.wrong] == [
        (2, "本区没有单位“没有这个街道”，请核对名称"),
        (3, "分管领导手机填写有误"),
        (5, "该单位前面已有一行，请只留一行"),
    ]


@pytest.mark.requirement("FRM-01", "ACT-09")
def test_the_template_has_every_field_and_a_row_for_each_unit_that_owes_one(deployment, tmp_path):
    file = tmp_path / "模板.xlsx"

    rows = write_template(file, "qingpu", deployment)

    header, *units = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    assert header[: len(SEED_FIELDS)] == [LABELS[name] for name in SEED_FIELDS]
    assert len(units) == rows == 11 + 30 + 3
    assert columns(header) == dict(enumerate(LABELS))


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (["单位", "血型"], "第2列“血型”不是联络员填报表的栏目"),
        (["单位", "部门", "部门"], "“部门”有两列"),
        (["部门", "填报人"], "缺少“单位”一列"),
        (["单位", "手机"], "第2列“手机”不是联络员填报表的栏目"),
    ],
)
def test_a_sheet_that_is_another_form(header, says):
    with pytest.raises(SheetError, match=says):
        columns(header)


def test_a_district_that_is_not_published(deployment, tmp_path):
    with pytest.raises(SheetError, match="没有已发布的区级配置“shanghai”"):
        import_contacts(sheet(tmp_path, ["x"]), "shanghai", deployment)


def test_a_database_that_was_not_migrated(tmp_path):
    with pytest.raises(SheetError, match="qingling migrate"):
        import_contacts(sheet(tmp_path, ["x"]), "putuo", load_settings(var_dir=tmp_path))
