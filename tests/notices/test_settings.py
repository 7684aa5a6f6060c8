"""The deployment's channels: what may be written, and what a mistake is told as."""

from __future__ import annotations

import logging
import os

import pytest
import yaml

from channels.settings import Channels, ChannelsFile, for_log, read_channels
from domain.delivery import Medium
from domain.values import UnitId
from settings import SettingsError, load_settings
from tests.notices.conftest import HOOK_SECRET
from worker import channels_file

MAIL = {"host": "smtp.example.org", "sender": "q@example.org"}
WECOM = {"kind": "wecom", "url": "https://qyapi.example.com/send?key=very-secret-key"}


def write(path, **said):
    path.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "channels.yaml"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"smtp": MAIL}, "smtp"),
        ({"endpoints": {"Group": WECOM}}, "endpoints.Group"),
        ({"endpoints": {"g": {**WECOM, "kind": "telex"}}}, "endpoints.g"),
        ({"endpoints": {"g": {**WECOM, "url": "qyapi.example.com"}}}, "应为 https://"),
        ({"endpoints": {"g": {**WECOM, "url": "http://qyapi.example.com/very-secret-key"}}}, "allow_http"),
        ({"endpoints": {"g": {**WECOM, "url": {"env": "NO_SUCH_VARIABLE"}}}}, "NO_SUCH_VARIABLE"),
        ({"endpoints": {"g": {**WECOM, "url": {"file": "/no/such/file"}}}}, "/no/such/file"),
        ({"endpoints": {"h": {"kind": "webhook", "url": "https://x.example"}}}, "endpoints.h"),
        (
            {
                "endpoints": {
                    "h": {"kind": "webhook", "url": "https://x.example", "secret": "very-secret-key"}
                }
            },
            "whsec_",
        ),
        ({"endpoints": {"m": {"kind": "mail", "address": "a@example.org"}}}, "邮件服务器"),
        ({"endpoints": {"g": WECOM}, "recipients": {"qingpu": [{"unit": "office", "to": ["gg"]}]}}, "“gg”"),
        ({"mail": {**MAIL, "security": "ssl"}}, "mail.security"),
        ({"timeout": 0}, "timeout"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_place_and_no_secret(file, said, message):
    with pytest.raises(SettingsError) as error:
        read_channels(write(file, **said))
    assert message in str(error.value) and "\n" not in str(error.value)
    assert "very-secret-key" not in str(error.value)


def test_what_is_no_yaml_is_named_by_its_line(file):
    file.write_text("mail: {host: x\nendpoints:", "utf-8")
    with pytest.raises(SettingsError, match="第 2 行"):
        read_channels(file)


def test_secrets_come_from_the_environment_or_a_file(file, tmp_path, monkeypatch):
    monkeypatch.setenv("ROBOT_URL", "https://qyapi.example.com/send?key=k")
    (tmp_path / "hook.key").write_text(HOOK_SECRET + "\n")
    channels = read_channels(
        write(
            file,
            endpoints={
                "g": {"kind": "wecom", "url": {"env": "ROBOT_URL"}},
                "h": {
                    "kind": "webhook",
                    "url": "https://x.example",
                    "secret": {"file": str(tmp_path / "hook.key")},
                },
            },
        )
    )
    assert channels.endpoints["g"].url.get_secret_value().endswith("key=k")
    assert channels.endpoints["h"].secret.get_secret_value() == HOOK_SECRET
    assert HOOK_SECRET not in repr(channels) and "key=k" not in repr(channels)
    assert for_log(channels) == {"mail_server": False, "webhook": 1, "wecom": 1}


def test_a_seat_has_what_its_unit_its_post_and_everybody_has():
    channels = Channels.model_validate(
        {
            "mail": MAIL,
            "endpoints": {
                "all": {**WECOM},
                "street": {**WECOM},
                "boss": {"kind": "mail", "address": "b@example.org"},
            },
            "recipients": {
                "qingpu": [
                    {"unit": "xiayang", "role": "principal", "to": ["boss", "street"]},
                    {"unit": "xiayang", "to": ["street"]},
                    {"unit": "*", "to": ["all"]},
                ]
            },
        }
    )

    def of(unit, role, *media):
        return channels.endpoints_of("qingpu", UnitId(unit), role, media)

    assert of("xiayang", "principal", *Medium) == ["boss", "street", "all"]
    assert of("xiayang", "liaison", *Medium) == ["street", "all"]
    assert of("xiayang", "principal", Medium.MAIL) == ["boss"]
    assert of("yingpu", "liaison", *Medium) == ["all"]
    assert channels.endpoints_of("putuo", UnitId("xiayang"), "liaison", Medium) == []


def test_a_changed_file_counts_from_the_next_look_and_a_broken_one_does_not(file):
    kept = ChannelsFile(file)
    assert kept.read() == Channels()
    write(file, timeout=3)
    assert kept.read().timeout == 3
    write(file, timeout="soon")
    with pytest.raises(SettingsError):
        kept.read()
    assert kept.read().timeout == 3, "told once; what was right stays in force"
    write(file, timeout=42)
    assert kept.read().timeout == 42
    os.unlink(file)
    assert kept.read() == Channels()


def test_a_worker_does_not_start_on_settings_that_were_named_and_are_missing(tmp_path):
    assert channels_file(load_settings(var_dir=tmp_path)).channels == Channels()
    with pytest.raises(SettingsError, match=r"nowhere\.yaml"):
        channels_file(load_settings(var_dir=tmp_path, channels_file=tmp_path / "nowhere.yaml"))


def test_nothing_of_a_setting_is_logged(file, caplog):
    with caplog.at_level(logging.DEBUG):
        read_channels(write(file, endpoints={"g": WECOM}))
    assert "very-secret-key" not in caplog.text
