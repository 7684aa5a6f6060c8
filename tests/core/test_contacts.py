"""The contact form (F17): its fourteen fields, what they take, and who owes which of them."""

import pytest
from pydantic import ValidationError

from domain.commands import parse
from domain.contacts import LABELS, SEED_FIELDS, Contact, ContactDuty, dispatched_to, missing
from domain.organisation import Role, UnitType
from profiles.loader import shipped_profiles

BOOK = shipped_profiles()["qingpu"]
DUTY = ContactDuty(types=(UnitType.SUBDISTRICT,), source="ACT-04")


@pytest.mark.requirement("FRM-01")
def test_the_form_has_the_fourteen_fields_of_the_printed_one_in_its_order():
    assert [LABELS[name] for name in SEED_FIELDS] == [
        "单位",
        "部门",
        "分管领导姓名",
        "分管领导职务",
        "分管领导固定电话",
        "分管领导手机",
        "联络员姓名",
        "联络员职务",
        "联络员固定电话",
        "联络员手机",
        "传真电话",
        "政务电子邮箱地址",
        "填报人",
        "联系电话",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("liaison_mobile", "13800000000"),
        ("liaison_phone", "021-6213 0000 转 8012"),
        ("fax", "+86 (21) 6213-0000"),
        ("email", "lianluo@pt.sh.gov.cn"),
        ("email", ""),
    ],
)
def test_numbers_and_addresses_as_people_write_them(field, value):
    assert getattr(Contact(unit="xiayang", **{field: value}), field) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("liaison_mobile", "没有"),
        ("liaison_mobile", "12"),
        ("email", "lianluo"),
        ("email", "a@b.cn, c@d.cn"),
        ("email", "a@b.cn\n"),
        ("liaison_name", "x" * 201),
        ("nickname", "x"),
    ],
)
def test_what_is_no_number_no_address_and_no_field(field, value):
    with pytest.raises(ValidationError):
        Contact(unit="xiayang", **{field: value})


@pytest.mark.requirement("ACT-04")
def test_a_sub_district_owes_all_three_seats():
    assert missing(DUTY, UnitType.SUBDISTRICT, None) == (
        "principal_name",
        "deputy_name",
        "deputy_mobile",
        "liaison_name",
        "liaison_mobile",
    )
    half = Contact(unit="xiayang", liaison_name="示例", liaison_phone="021-62130000", principal_name=" ")
    assert missing(DUTY, UnitType.SUBDISTRICT, half) == ("principal_name", "deputy_name", "deputy_mobile")


@pytest.mark.requirement("ACT-09")
def test_only_the_kinds_of_unit_that_the_profile_names_owe_contacts():
    assert missing(DUTY, UnitType.BUREAU, None) == ()
    assert missing(None, UnitType.SUBDISTRICT, None) == ()


@pytest.mark.requirement("ACT-04", "ACT-18")
def test_which_units_a_command_sends_a_task_to():
    organisation = BOOK.organisation
    assert dispatched_to(parse("assign", {"target": "夏阳街道"}), organisation) == ("xiayang",)
    assert dispatched_to(parse("assign", {"target": "没有这个单位"}), organisation) == ()
    assert dispatched_to(parse("verify_confirm", {"findings": "属实"}), organisation) == ()


def test_where_a_seat_is_reached():
    contact = Contact(unit="xiayang", deputy_phone="021-62130000", liaison_mobile="13800000000")

    assert contact.mobile_of(Role.DEPUTY_LEADER) == "021-62130000"
    assert contact.mobile_of(Role.LIAISON) == "13800000000"
    assert contact.mobile_of(Role.PRINCIPAL) == contact.mobile_of(Role.HANDLER) == ""
