"""What a process is told from outside, and what it answers to what it cannot use."""

import base64
from pathlib import Path

import pytest

from settings import Settings, SettingsError, load_settings

SEED = bytes(range(32))
KEY = base64.b64encode(SEED).decode()


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(f"QINGLING_{field.upper()}", raising=False)


def test_without_variables_everything_stays_on_this_machine():
    settings = load_settings()
    assert settings.database_url.get_secret_value() == "sqlite:///var/qingling.db"
    assert settings.token_key_file == Path("var/token.key")
    assert settings.temporal_address == "127.0.0.1:7233"
    assert settings.temporal_namespace == "default"
    assert (settings.api_host, settings.api_port) == ("127.0.0.1", 8000)
    assert settings.metrics_address is None


def test_files_move_with_the_folder_for_data(monkeypatch):
    monkeypatch.setenv("QINGLING_VAR_DIR", "/srv/data")
    settings = load_settings()
    assert settings.database_url.get_secret_value() == "sqlite:////srv/data/qingling.db"
    assert settings.token_key_file == Path("/srv/data/token.key")


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("QINGLING_API_PORT", "")
    assert load_settings().api_port == 8000


def test_what_is_given_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("QINGLING_API_PORT", "9000")
    assert load_settings(api_port=9001).api_port == 9001


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_PORT", "eighty"),
        ("API_PORT", "65536"),
        ("TEMPORAL_ADDRESS", "temporal"),
        ("TEMPORAL_ADDRESS", ":7233"),
        ("METRICS_ADDRESS", "0.0.0.0:0"),
        ("TASK_QUEUE", "two words"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_in_one_line_of_both_languages(monkeypatch, name, value):
    monkeypatch.setenv(f"QINGLING_{name}", value)
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    line = str(refusal.value)
    assert "\n" not in line
    assert f"QINGLING_{name} '{value}' 无效，应为" in line
    assert f"QINGLING_{name} '{value}' is not valid: expected " in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://u:hunter2@db/x"),
        ("TOKEN_KEY", "hunter2hunter2"),
        ("TOKEN_KEY", base64.b64encode(b"hunter2").decode()),
    ],
)
def test_a_refused_secret_is_not_repeated(monkeypatch, name, value):
    monkeypatch.setenv(f"QINGLING_{name}", value)
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    assert f"QINGLING_{name}" in str(refusal.value)
    assert value not in str(refusal.value)


def test_settings_do_not_print_their_secrets():
    shown = repr(load_settings(token_key=KEY, database_url="postgresql+psycopg://q:hunter2@db/q"))
    assert KEY not in shown
    assert "hunter2" not in shown


def test_the_token_key_comes_from_the_variable_or_else_from_the_file(tmp_path):
    file = tmp_path / "token.key"
    file.write_text(base64.b64encode(bytes(32)).decode() + "\n")
    assert load_settings(token_key_file=file).token_seed() == bytes(32)
    assert load_settings(token_key_file=file, token_key=KEY).token_seed() == SEED


@pytest.mark.parametrize("content", [None, "short", "密钥"])
def test_a_token_key_file_that_cannot_be_used_is_named(tmp_path, content):
    file = tmp_path / "token.key"
    if content is not None:
        file.write_text(content, "utf-8")
    with pytest.raises(SettingsError) as refusal:
        load_settings(token_key_file=file).token_seed()
    assert str(file) in str(refusal.value)
    assert "\n" not in str(refusal.value)
