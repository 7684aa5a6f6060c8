"""Signing in at an identity provider: the code flow against one that signs real tokens."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from api.server import production
from service.identity import LocalIdentity, signing_key
from service.oidc import Begun, Provider
from settings import SettingsError, load_settings
from tests import seats
from tests.api.conftest import Loop, Served
from tests.web.conftest import Web, text_of
from tests.web.oidc import CLIENT, SECRET, TestProvider
from web.accounts import ByProvider
from web.app import install
from web.session import COOKIE

SUBJECT = "13800138000"
SEAT = "qingpu/xiayang/liaison"


@dataclasses.dataclass
class Signing:
    """Our pages with a provider behind the sign-in."""

    url: str
    provider: TestProvider
    sessions: LocalIdentity

    def browser(self) -> httpx2.Client:
        return httpx2.Client(
            base_url=self.url, timeout=30, trust_env=False, headers={"Accept-Language": "zh"}
        )

    def sign_in(self, browser: httpx2.Client, path: str = "/sign-in/start") -> httpx2.Response:
        """There and back, as a browser follows; the answer of the callback."""
        away = browser.get(path)
        assert away.status_code == 303, away.text
        return self.back(browser, away.headers["location"])

    def back(self, browser: httpx2.Client, address: str) -> httpx2.Response:
        answer = httpx2.get(address, trust_env=False)
        return browser.get(answer.headers["location"])


@pytest.fixture(scope="module")
def signing(web: Web, loop: Loop) -> Iterator[Signing]:
    provider = TestProvider()
    there = Served(provider.app(), loop)
    provider.issuer = there.url
    app = production(web.qingpu.settings.model_copy(update={"sign_in": "token"}), install)
    served = Served(app, loop)
    settings = load_settings(
        var_dir=web.qingpu.settings.var_dir,
        sign_in="oidc",
        public_url=served.url,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
    )
    app.state.pages = dataclasses.replace(app.state.pages, sign_in=ByProvider(Provider.of(settings)))
    yield Signing(served.url, provider, LocalIdentity(signing_key(settings)))
    served.stop()
    there.stop()


@pytest.fixture(autouse=True)
def as_the_liaison(signing: Signing) -> None:
    signing.provider.claims = {"sub": SUBJECT, "qingling_seat": SEAT}
    signing.provider.header = {}


@pytest.mark.requirement("SEC-03")
def test_a_person_signs_in_at_the_provider_and_comes_back_to_where_he_was(signing: Signing) -> None:
    browser = signing.browser()
    first = browser.get("/hazards?open=true")
    page = browser.get(first.headers["location"])
    assert (
        "前往统一身份认证" in text_of(page.text) and "/sign-in/start?back=/hazards%3Fopen%3Dtrue" in page.text
    )
    answer = signing.sign_in(browser, "/sign-in/start?back=/hazards%3Fopen%3Dtrue")
    assert (answer.status_code, answer.headers["location"]) == (303, "/hazards?open=true")
    shown = browser.get("/hazards?open=true")
    assert shown.status_code == 200 and "夏阳街道 · 联络员" in text_of(shown.text)
    asked = signing.provider.asked[-1]
    assert asked["code_challenge_method"] == "S256" and len(asked["state"]) > 30 and len(asked["nonce"]) > 30


@pytest.mark.requirement("SEC-03")
def test_of_the_person_only_a_digest_is_kept(signing: Signing, capfd: Any) -> None:
    browser = signing.browser()
    signing.sign_in(browser)
    principal = signing.sessions.read(browser.cookies[COOKIE])
    again = signing.browser()
    signing.sign_in(again)
    assert principal.actor.person.startswith("oidc-") and SUBJECT not in principal.actor.person
    assert signing.sessions.read(again.cookies[COOKIE]).actor.person == principal.actor.person  # the same man
    said = "".join(capfd.readouterr())
    assert SUBJECT not in said and "code-" not in said and asked_state(signing) not in said


def asked_state(signing: Signing) -> str:
    return signing.provider.asked[-1]["state"]


NOW = int(time.time())


@pytest.mark.requirement("SEC-03")
@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"iss": "https://elsewhere.example"}, "未通过校验"),
        ({"aud": "another client"}, "未通过校验"),
        ({"aud": [CLIENT, "another client"]}, "未通过校验"),
        ({"azp": "another client"}, "未通过校验"),
        ({"nonce": "of another sign-in"}, "未通过校验"),
        ({"exp": NOW - 3600}, "未通过校验"),
        ({"iat": NOW + 3600}, "未通过校验"),
        ({"qingling_seat": None}, "没有给出您在本系统的一个席位"),
        ({"qingling_seat": "qingpu/xiayang"}, "没有给出您在本系统的一个席位"),
        ({"qingling_seat": [SEAT, "qingpu/desk/desk"]}, "没有给出您在本系统的一个席位"),
        ({"qingling_seat": "qingpu/xiayang/mayor"}, "没有给出您在本系统的一个席位"),
        ({"qingling_seat": "qingpu/nowhere/liaison"}, "本区没有单位"),
        ({"qingling_seat": "qingpu/desk/system"}, "系统身份不对外使用"),
    ],
)
def test_what_does_not_hold_opens_no_session(signing: Signing, claims: dict[str, Any], said: str) -> None:
    signing.provider.claims |= claims
    browser = signing.browser()
    answer = signing.sign_in(browser)
    assert answer.status_code in (401, 403) and said in text_of(answer.text)
    assert COOKIE not in browser.cookies


@pytest.mark.requirement("SEC-03")
def test_a_token_that_nobody_or_somebody_else_signed_is_not_believed(signing: Signing) -> None:
    stranger = TestProvider().key
    ours, signing.provider.key = signing.provider.key, stranger
    browser = signing.browser()
    try:
        answer = signing.sign_in(browser)
    finally:
        signing.provider.key = ours
    assert answer.status_code == 401 and COOKIE not in browser.cookies


@pytest.mark.requirement("SEC-03")
def test_a_code_that_this_browser_did_not_begin_is_worth_nothing(signing: Signing) -> None:
    """Neither somebody else's way back (login CSRF) nor the same one twice."""
    attacker, victim = signing.browser(), signing.browser()
    address = attacker.get("/sign-in/start").headers["location"]
    assert signing.back(victim, address).status_code == 401
    victim.get("/sign-in/start")
    assert signing.back(victim, address).status_code == 401
    assert COOKIE not in victim.cookies

    browser = signing.browser()
    way = httpx2.get(browser.get("/sign-in/start").headers["location"], trust_env=False).headers["location"]
    assert browser.get(way).status_code == 303
    browser.cookies.delete(COOKIE)
    assert browser.get(way).status_code == 401


def test_whoever_the_provider_turns_away_is_told_so(signing: Signing) -> None:
    signing.provider.claims = {}
    answer = signing.sign_in(signing.browser())
    assert answer.status_code == 401 and "统一身份认证未予登录" in text_of(answer.text)


def test_the_way_back_leads_nowhere_else(signing: Signing) -> None:
    answer = signing.sign_in(signing.browser(), "/sign-in/start?back=https://elsewhere.example")
    assert answer.headers["location"] == "/"


def test_a_provider_may_turn_its_key(signing: Signing, loop: Loop) -> None:
    """A token signed with a key that is new is believed once the keys have been fetched again."""
    fresh = Provider(
        signing.provider.issuer, CLIENT, SECRET, "qingling_seat", "http://127.0.0.1/sign-in/callback"
    )

    def sign_in() -> str:
        begun = Begun.new()
        there = httpx2.get(loop.run(fresh.address(begun)), trust_env=False)
        code = httpx2.URL(there.headers["location"]).params["code"]
        return loop.run(fresh.principal(code, begun)).actor.unit

    assert sign_in() == "xiayang"
    assert fresh._keys is not None
    fresh._keys = fresh._keys[0], time.monotonic() - 31  # half a minute later
    signing.provider.turn_the_key()
    assert sign_in() == "xiayang"


def test_a_provider_that_does_not_answer_is_said_to_be_away(signing: Signing, web: Web, loop: Loop) -> None:
    app = production(web.qingpu.settings.model_copy(update={"sign_in": "token"}), install)
    away = Provider(
        "http://127.0.0.1:9", CLIENT, SECRET, "qingling_seat", "http://127.0.0.1/sign-in/callback"
    )
    app.state.pages = dataclasses.replace(app.state.pages, sign_in=ByProvider(away))
    served = Served(app, loop)
    answer = httpx2.get(f"{served.url}/sign-in/start", trust_env=False, headers={"Accept-Language": "zh"})
    served.stop()
    assert answer.status_code == 503 and "统一身份认证暂时不可用" in text_of(answer.text)


def test_without_a_provider_its_addresses_are_not_there(web: Web) -> None:
    for path in ("/sign-in/start", "/sign-in/callback?code=1&state=2"):
        assert web.browser().get(path).status_code == 404
    assert web.browser(seats.DESK).get("/").status_code == 200


@pytest.mark.parametrize("missing", ["oidc_issuer", "oidc_client_id", "oidc_client_secret", "public_url"])
def test_a_setting_that_is_missing_is_named_in_one_line(tmp_path: Any, missing: str) -> None:
    given = {
        "oidc_issuer": "https://id.example",
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "public_url": "https://qingling.example",
    }
    given.pop(missing)
    with pytest.raises(SettingsError) as caught:
        Provider.of(load_settings(var_dir=tmp_path, sign_in="oidc", **given))
    assert str(caught.value).count(f"QINGLING_{missing.upper()}") == 2 and "\n" not in str(caught.value)
