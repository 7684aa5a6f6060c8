"""Who is calling: tokens signed here, and what becomes of all others."""

from __future__ import annotations

import base64
import json
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from domain.organisation import SYSTEM
from service.identity import (
    LocalIdentity,
    NoSuchSeat,
    Unauthenticated,
    create_key,
    issue,
    signing_key,
)
from settings import SettingsError, load_settings
from storage.scope import Principal
from tests import seats
from tests.api.conftest import Api

SEED = b"0123456789abcdef0123456789abcdef"
CLAIMS = {
    "iss": "qingling",
    "profile": "qingpu",
    "unit": "desk",
    "role": "desk",
    "person": "desk-1",
    "post": "",
    "iat": 1_760_000_000,
    "exp": 4_000_000_000,
}


def key(seed: bytes = SEED) -> OKPKey:
    pair = LocalIdentity(seed)._key
    assert isinstance(pair, OKPKey)
    return pair


def signed(seed: bytes = SEED, **claims: object) -> str:
    given = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode({"alg": "Ed25519"}, given, key(seed), algorithms=["Ed25519"])


def parts(token: str) -> list[dict[str, object]]:
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


# -- tokens ------------------------------------------------------------------------------------------


@pytest.mark.requirement("SEC-03")
def test_a_token_says_who_and_until_when() -> None:
    identity = LocalIdentity(SEED)
    principal = seats.who(seats.STREET, "liaison", "liaison-1")
    token = identity.issue(principal, timedelta(hours=1))
    assert identity.read(token) == principal
    header, claims = parts(token)
    assert header["alg"] == "Ed25519" and header["kid"]
    assert set(claims) == {"iss", "profile", "unit", "role", "person", "post", "iat", "exp"}
    assert int(str(claims["exp"])) - int(str(claims["iat"])) == 3600


def test_a_token_ends_even_when_it_was_good_before() -> None:
    identity = LocalIdentity(SEED)
    token = identity.issue(seats.DESK, timedelta(minutes=5))
    assert identity.read(token) == seats.DESK
    with pytest.raises(Unauthenticated) as refused:
        identity.read(token, datetime.now(UTC) + timedelta(minutes=7))
    assert refused.value.code == "token-expired"


def unsigned() -> str:
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none"}, CLAIMS)
    )
    return f"{head}.{body}."


def by_the_public_key() -> str:
    """The old trick: the public key, which everybody may have, used as a shared secret."""
    public = OctKey.import_key(str(key().as_dict(private=False)["x"]))
    return jwt.encode({"alg": "HS256"}, CLAIMS, public, algorithms=["HS256"])


FORGED = {
    "empty": "",
    "not a token": "qingling",
    "three words": "a.b.c",
    "another key": signed(b"f" * 32),
    "no signature": unsigned(),
    "signed with the public key": by_the_public_key(),
    "cut short": signed()[:-4],
    "another issuer": signed(iss="somebody"),
    "no person": signed(person=""),
    "no end": signed(exp=None),
    "an end that is no number": signed(exp="never"),
    "a truth for a number": signed(exp=True),
    "from the future": signed(iat=3_900_000_000),
    "no such role": signed(role="emperor"),
    "a unit with a NUL": signed(unit="desk\0"),
    "a profile that is a path": signed(profile="../etc"),
    "a list for a unit": signed(unit=["desk"]),
    "letters that are none": "é.ü.ñ",
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_a_token_that_is_not_ours(token: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        LocalIdentity(SEED).read(token)
    assert refused.value.code == "token-invalid"


def test_a_token_with_another_content_is_another_token() -> None:
    head, _, sign = signed().split(".")
    body = base64.urlsafe_b64encode(json.dumps({**CLAIMS, "role": "office"}).encode()).decode().rstrip("=")
    with pytest.raises(Unauthenticated):
        LocalIdentity(SEED).read(f"{head}.{body}.{sign}")


def test_nobody_is_given_the_system_s_own_seat() -> None:
    with pytest.raises(NoSuchSeat):
        LocalIdentity(SEED).issue(Principal(profile="qingpu", actor=SYSTEM))


# -- over HTTP ---------------------------------------------------------------------------------------


@pytest.mark.requirement("SEC-03")
@pytest.mark.parametrize("header", ["", "Bearer", "Basic ZGVzazpkZXNr", "desk"])
def test_without_a_token_nobody_is_calling(api: Api, header: str) -> None:
    with api.anonymous(**({"Authorization": header} if header else {})) as client:
        answer = client.get("/v1/hazards")
    assert (answer.status_code, answer.json()["code"]) == (401, "token-missing")
    assert answer.headers["www-authenticate"] == 'Bearer realm="qingling"'


def test_a_bad_token_is_told_why(api: Api) -> None:
    expired = api.identity.issue(seats.DESK, timedelta(hours=1), datetime.now(UTC) - timedelta(hours=2))
    for token, code in ((expired, "token-expired"), (signed(), "token-invalid")):
        with api.anonymous(Authorization=f"Bearer {token}") as client:
            answer = client.get("/v1/hazards")
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.requirement("ACT-04")
@pytest.mark.parametrize(
    ("profile", "unit", "role"),
    [
        ("qingpu", "nowhere", "liaison"),
        ("qingpu", "xiayang", "desk"),
        ("qingpu", "xiayang", "office"),
        ("atlantis", "desk", "desk"),
        ("qingpu", "desk", "system"),
        ("qingpu", "system", "system"),
    ],
)
def test_a_seat_that_does_not_exist(api: Api, profile: str, unit: str, role: str) -> None:
    token = jwt.encode(
        {"alg": "Ed25519"},
        {**CLAIMS, "profile": profile, "unit": unit, "role": role},
        api.identity._key,
        algorithms=["Ed25519"],
    )
    with api.anonymous(Authorization=f"Bearer {token}") as client:
        answer = client.get("/v1/units")
    assert (answer.status_code, answer.json()["code"]) == (403, "no-such-seat")


# -- the key -----------------------------------------------------------------------------------------


def test_the_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "token.key"
    create_key(path)
    made = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    create_key(path)
    assert path.read_bytes() == made
    assert [entry.name for entry in path.parent.iterdir()] == ["token.key"]


def test_of_many_processes_at_once_one_makes_the_key(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path)
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(signing_key(settings))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1


def test_a_key_from_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path, token_key=base64.b64encode(SEED).decode())
    assert LocalIdentity(SEED).read(issue(settings, seats.DESK)) == seats.DESK
    assert not settings.token_key_file.exists()


def test_a_key_that_cannot_be_made_or_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="QINGLING_TOKEN_KEY"):
        signing_key(load_settings(token_key_file=tmp_path / "file" / "token.key"))
    (tmp_path / "token.key").write_text("not a key")
    with pytest.raises(SettingsError, match="base64"):
        signing_key(load_settings(token_key_file=tmp_path / "token.key"))
