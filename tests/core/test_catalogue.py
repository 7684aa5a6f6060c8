"""The 144 items of the annex and who answers for each of them in each district (A14, A15)."""

from collections import Counter

import pytest

from domain.catalogue import Item, names_in, responsible
from domain.organisation import UnitType
from profiles.loader import shipped_profiles

BOOKS = shipped_profiles()
ITEMS = BOOKS["qingpu"].catalogue.by_code

A_STREET = {
    "qingpu": "xiayang",
    "putuo": "changshoulu",
    "jingan": "daninglu",
    "pingdu-town": "guanqu-1",
}
CITY_DISTRICTS = [district for district in BOOKS if district != "pingdu-town"]

NOT_IN_THE_DISTRICT = {
    "qingpu": set(),
    "putuo": {"农业部门", "渔政部门"},
    "jingan": {"农业部门", "渔政部门"},
    "pingdu-town": {"信息部门", "通信部门", "雕塑管理部门", "申通公司"},
}
"""普陀 and 静安 are city districts without farmland; the items name somebody else besides."""
RULING_NEEDED = {"pingdu-town": ["B01-28"]}
"""Items whose jurisdiction must be ruled on: a town answers for no information network."""


def who(district: str, code: str, street: str | None = "the usual one"):
    book = BOOKS[district]
    place = A_STREET[district] if street == "the usual one" else street
    return responsible(book.catalogue.by_code[code], book.organisation, place)


def names(district: str, *ids: str) -> tuple[str, ...]:
    return tuple(BOOKS[district].organisation.name(unit) for unit in ids)


# ── the annex as it stands ───────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("CLS-02", "CLS-03")
def test_the_catalogue_has_the_annex_s_144_items():
    assert len(ITEMS) == 144
    assert Counter(code[0] for code in ITEMS) == {"B": 87, "S": 57}
    assert len({item.class_code for item in ITEMS.values() if item.code[0] == "B"}) == 5
    assert len({item.class_code for item in ITEMS.values() if item.code[0] == "S"}) == 8
    assert all(item.name and item.class_name and item.responsible_raw for item in ITEMS.values())


@pytest.mark.requirement("A14")
def test_the_text_of_the_annex_is_kept_oddities_included():
    assert ITEMS["S03-02"].responsible_raw == "供水企业、物业管理部門"
    assert ITEMS["S05-02"].responsible_raw == "市场监管部门、 城管执法部门"
    assert ITEMS["S05-06"].name == "非法收运、处置 餐厨垃圾（废弃油脂）"


@pytest.mark.requirement("A15")
def test_fifty_one_items_name_several_departments():
    assert sum(len(names_in(item.responsible_raw)) > 1 for item in ITEMS.values()) == 51


@pytest.mark.requirement("A15")
@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("水务、绿化市容部门、属地管理", ("水务", "绿化市容部门", "属地管理")),
        ("权属单位，城管执法部门、公安（消防）部门", ("权属单位", "城管执法部门", "公安（消防）部门")),
        ("市场监管部门、 公安部门、属地管理", ("市场监管部门", "公安部门", "属地管理")),
        ("供水企业、物业管理部門", ("供水企业", "物业管理部门")),
        ("交通部门（市管线监察机构）", ("交通部门（市管线监察机构）",)),
        ("权属单位", ("权属单位",)),
    ],
)
def test_separators_are_mixed_and_one_character_is_traditional(raw, expected):
    assert names_in(raw) == expected


# ── every item in every district ─────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("A15", "CLS-04")
@pytest.mark.parametrize("district", BOOKS)
def test_every_item_has_an_owner_in_every_district_or_is_declared_to_need_a_ruling(district):
    need_ruling = [code for code in ITEMS if who(district, code).needs_ruling]

    assert need_ruling == RULING_NEEDED.get(district, [])


@pytest.mark.requirement("A14", "A15")
@pytest.mark.parametrize("district", BOOKS)
def test_only_departments_that_the_district_does_not_have_stay_unresolved(district):
    unresolved = {name for code in ITEMS for name in who(district, code).unresolved}

    assert unresolved == NOT_IN_THE_DISTRICT[district]


@pytest.mark.requirement("A15")
@pytest.mark.parametrize("district", BOOKS)
def test_the_owner_proposed_is_never_an_external_one_nor_one_of_the_other_candidates(district):
    organisation = BOOKS[district].organisation
    for code in ITEMS:
        answer = who(district, code)
        in_question = (*filter(None, [answer.proposed]), *answer.candidates)
        assert len(set(in_question)) == len(in_question), code
        assert all(organisation.by_id[unit].type is not UnitType.UTILITY_OWNER for unit in in_question), code


@pytest.mark.requirement("A14")
@pytest.mark.parametrize("district", CITY_DISTRICTS)
@pytest.mark.parametrize(
    ("old_name", "today"),
    [
        ("安监部门", "yingjiju"),
        ("规土部门", "guiziju"),
        ("环保部门", "shengtaiju"),
        ("公安（消防）部门", "xiaofang"),
        ("卫生管理部门", "weijianwei"),
        ("城管部门", "chengguanju"),
        ("城管执法部门", "chengguanju"),
        ("建管部门", "jianguanwei"),
    ],
)
def test_old_names_lead_to_today_s_units(district, old_name, today):
    assert BOOKS[district].organisation.find(old_name).id == today


# ── how an owner is found ────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("A15")
def test_the_first_name_is_proposed_and_the_rest_are_candidates():
    answer = who("qingpu", "S01-01")

    assert names("qingpu", answer.proposed, *answer.candidates) == (
        "区绿化市容局",
        "公安青浦分局",
        "区城管执法局",
    )


@pytest.mark.requirement("MOD-24")
def test_a_district_may_put_territory_before_line():
    """平度 says 以块为主; elsewhere the annex's own order holds (B04-05: 雕塑管理部门，属地管理)."""
    zone = BOOKS["pingdu-town"].organisation.territories[0].id
    ours, theirs = who("pingdu-town", "B04-05", zone), who("qingpu", "B04-05", "xiayang")

    assert ours.proposed == zone and zone not in ours.candidates
    assert theirs.proposed != "xiayang" and "xiayang" in theirs.candidates
    assert who("pingdu-town", "B05-01", zone).proposed != zone, (
        "it does not put itself where the annex has none"
    )


@pytest.mark.requirement("A15")
def test_a_bridge_belongs_to_the_transport_commission():
    assert names("qingpu", who("qingpu", "B02-08").proposed) == ("区交通委",)


@pytest.mark.requirement("A15")
@pytest.mark.parametrize("street", ["xiayang", "xujing", "jinze"])
def test_territory_is_the_sub_district_of_the_place(street):
    answer = who("qingpu", "S06-08", street)

    assert answer.proposed == street
    assert answer.candidates == ()


@pytest.mark.requirement("A15")
def test_territory_stays_open_while_the_place_is_unknown():
    alone = who("qingpu", "S06-08", None)
    with_others = who("qingpu", "S06-07", None)

    assert alone.needs_ruling
    assert alone.unresolved == ("属地管理",)
    assert with_others.proposed == "xiaofang"


@pytest.mark.requirement("A15")
@pytest.mark.parametrize(
    ("place", "street"),
    [
        ("夏阳街道城中东路 1 号", "xiayang"),
        ("上海市青浦区徐泾镇徐民路", "xujing"),
        ("金泽镇与练塘镇交界处", "jinze"),
        ("朱家角镇政府东侧", "zhujiajiao"),
        ("外青松公路", None),
    ],
)
def test_the_place_names_its_sub_district(place, street):
    assert BOOKS["qingpu"].organisation.subdistrict_in(place) == street


@pytest.mark.requirement("A15")
@pytest.mark.parametrize(
    ("district", "code", "owner", "bureau"),
    [
        ("qingpu", "B01-01", "供水企业", "区水务局"),
        ("putuo", "B01-01", "供水企业", "区建管委"),
        ("qingpu", "B01-05", "国网青浦供电公司", "区经委"),
        ("putuo", "B01-05", "国网上海市电力公司", "区发展改革委"),
        ("qingpu", "B01-07", "电信公司", "区科委"),
        ("qingpu", "B01-11", "燃气企业", "区建设管理委"),
        ("qingpu", "B01-22", "邮政公司", "区商务委"),
        ("qingpu", "B02-27", "申通公司", "区交通委"),
    ],
)
def test_an_external_owner_brings_the_bureau_that_supervises_it(district, code, owner, bureau):
    answer = who(district, code)

    assert answer.external == (owner,)
    assert names(district, answer.proposed) == (bureau,)


@pytest.mark.requirement("A15")
def test_property_management_is_found_under_its_traditional_character():
    answer = who("qingpu", "S03-02")

    assert answer.external == ("供水企业",)
    assert names("qingpu", answer.proposed, *answer.candidates) == ("区水务局", "区房管局")


@pytest.mark.requirement("CLS-04")
@pytest.mark.parametrize(("district", "fallback"), [("qingpu", "区建设管理委"), ("putuo", "区建管委")])
def test_the_fallback_bureau_answers_for_other_manholes_and_for_unknown_owners(district, fallback):
    assert names(district, who(district, "B01-14").proposed) == (fallback,)
    assert names(district, who(district, "B01-08").proposed) == (fallback,)
    assert who(district, "B01-08").external == ("权属单位",)


@pytest.mark.requirement("A15")
@pytest.mark.parametrize("district", CITY_DISTRICTS)
def test_group_renting_goes_to_the_housing_bureau(district):
    assert names(district, who(district, "S06-02").proposed) == ("区房管局",)


@pytest.mark.requirement("A15")
def test_a_department_the_district_lacks_leaves_the_item_to_the_others():
    answer = who("putuo", "S07-04")

    assert answer.proposed == "changshoulu"
    assert answer.unresolved == ("农业部门",)


@pytest.mark.requirement("A15")
def test_nobody_known_means_that_jurisdiction_must_be_ruled_on():
    item = Item(code="S99-01", class_code="S99", class_name="其他", name="未列明", responsible_raw="某某部门")

    answer = responsible(item, BOOKS["qingpu"].organisation, "xiayang")

    assert answer.needs_ruling
    assert answer.unresolved == ("某某部门",)
