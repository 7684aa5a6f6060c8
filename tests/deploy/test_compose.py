"""The deployment's shape, as far as it can be shown where no container engine runs: the file against the
Compose specification, against our own rules for it, and against the processes and settings it names."""

import base64
import json
import os
import re
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
OURS = {"migrate", "worker", "api"}
JOBS = {"migrate", "temporal-schema", "temporal-namespace"}
SECRETS = {
    "POSTGRES_PASSWORD",
    "TEMPORAL_DB_PASSWORD",
    "QINGLING_DB_PASSWORD",
    "QINGLING_TOKEN_KEY",
    "QINGLING_ARCHIVE_KEY",
}
PROVIDER = {
    "QINGLING_PUBLIC_URL",
    "QINGLING_OIDC_ISSUER",
    "QINGLING_OIDC_CLIENT_ID",
    "QINGLING_OIDC_CLIENT_SECRET",
}
"""Only for deployments that sign in at an identity provider."""
OPTIONAL = {"QINGLING_PROFILES_DIR", "QINGLING_TEMPORAL_UI_URL"}
BUCKET = {"QINGLING_ARCHIVE_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
"""What a bucket takes and a folder does not: empty unless it is set."""

TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# ${NAME}, ${NAME:-default}, ${NAME:?message}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<rule>:[-?][^}]*)?\}")


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_file_follows_the_compose_specification():
    schema = json.loads(
        resources.files("check_jsonschema.builtin_schemas")
        .joinpath("vendor", "compose-spec.json")
        .read_text("utf-8")
    )
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(COMPOSE)] == []


def test_every_service_is_there():
    assert set(SERVICES) == {"postgres", "temporal", "temporal-ui"} | JOBS | OURS


def test_only_the_api_and_the_read_only_pages_are_published_and_only_on_this_host_by_default():
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "temporal-ui": ["127.0.0.1:${TEMPORAL_UI_PORT:-8080}:8080"],
        "api": ["${QINGLING_BIND:-127.0.0.1}:${QINGLING_PORT:-8000}:8000"],
    }
    assert SERVICES["temporal-ui"]["environment"]["TEMPORAL_DISABLE_WRITE_ACTIONS"] == "true"
    assert not any("network_mode" in service for service in SERVICES.values())


def test_the_database_and_the_engine_stand_on_networks_that_lead_nowhere():
    networks = COMPOSE["networks"]
    outside = {name for name, network in networks.items() if not network.get("internal")}
    assert outside == {"front", "out"}
    for name, service in SERVICES.items():
        assert set(service["networks"]) <= set(networks), name
        if "front" in service["networks"]:
            assert name in {"api", "temporal-ui"}
        assert ("out" in service["networks"]) == (name == "worker"), "nobody else needs to"
    assert SERVICES["postgres"]["networks"] == ["data"]
    assert "data" not in SERVICES["temporal-ui"]["networks"]


@pytest.mark.parametrize(
    "setting", ["QINGLING_OIDC_ISSUER", "QINGLING_ARCHIVE_ENDPOINT", "QINGLING_CHANNELS_FILE"]
)
def test_whoever_is_told_of_a_system_elsewhere_can_reach_it(setting):
    told = {name for name, service in SERVICES.items() if setting in service.get("environment", {})}
    assert told
    for name in told:
        assert any(not COMPOSE["networks"][one].get("internal") for one in SERVICES[name]["networks"]), name


IN_THE_COMMAND = {"API_HOST", "API_PORT"}
FROM_THE_ENVIRONMENT = {"TOKEN_KEY_FILE", "ARCHIVE_KEY_FILE"}
"""Keys come from the environment, not from files."""


def test_every_setting_can_be_set():
    from settings import Settings

    given = {key for name in OURS for key in SERVICES[name]["environment"]}
    known = {field.upper() for field in Settings.model_fields}
    assert {f"QINGLING_{name}" for name in known - IN_THE_COMMAND - FROM_THE_ENVIRONMENT} <= given


def test_no_secret_has_a_default_and_every_other_variable_has_one():
    seen = set()
    for match in VARIABLE.finditer(TEXT):
        seen.add(match["name"])
        rule = match["rule"] or ""
        if match["name"] in SECRETS:
            assert rule.startswith(":?") and len(rule) > 2, f"{match['name']} can be left out"
        elif match["name"] in {*BUCKET, *PROVIDER, *OPTIONAL}:
            assert rule == ":-", f"{match['name']} has a value that nobody chose"
        else:
            assert rule.startswith(":-") and len(rule) > 2, f"{match['name']} has no default"
    assert seen >= SECRETS


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_that_looks_like_a_secret_is_written_down(name):
    environment = SERVICES[name].get("environment", {})
    for key, value in environment.items():
        if re.search(r"PASSWORD|PWD|TOKEN|KEY|DATABASE_URL", key):
            empty = key in BUCKET and value == f"${{{key}:-}}"
            assert empty or re.search(r"\$\{\w+:\?", str(value)), key


def test_the_example_names_every_variable_and_gives_none_a_value():
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(given) == {match["name"] for match in VARIABLE.finditer(TEXT)}
    assert set(given.values()) == {""}


def test_who_waits_for_whom():
    conditions = {
        name: {on: how["condition"] for on, how in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    done, healthy = "service_completed_successfully", "service_healthy"
    assert conditions == {
        "postgres": {},
        "temporal-schema": {"postgres": healthy},
        "temporal": {"temporal-schema": done},
        "temporal-namespace": {"temporal": healthy},
        "temporal-ui": {"temporal": healthy},
        "migrate": {"postgres": healthy},
        "worker": {"migrate": done, "temporal-namespace": done},
        "api": {"migrate": done, "temporal-namespace": done},
    }
    for name, waits in conditions.items():
        for on, how in waits.items():
            assert (how == done) == (on in JOBS), f"{name} waits for {on}"
            assert how == done or "healthcheck" in SERVICES[on], f"{on} never becomes healthy"


def test_data_lives_in_named_volumes_and_files_come_in_read_only():
    named = set(COMPOSE["volumes"])
    used = set()
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source, _, rest = volume.partition(":")
            if source.startswith("."):
                assert (ROOT / source).exists(), f"{name} mounts {source}, which is not there"
                assert rest.endswith(":ro"), f"{name} may write to {source}"
            else:
                assert source in named, f"{name} uses {source}, which is not declared"
                used.add(source)
    assert used == named


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_of_a_fixed_version(name):
    tag = SERVICES[name]["image"].rpartition(":")[2]
    assert re.match(r"^\d", tag), SERVICES[name]["image"]


def test_the_schema_job_and_the_server_are_of_one_version():
    tags = {
        name: SERVICES[name]["image"].rpartition(":")[2] for name in SERVICES if name.startswith("temporal")
    }
    assert tags["temporal"] == tags["temporal-schema"] == tags["temporal-namespace"]
    assert tags["temporal"].startswith("1.32.")


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_containers_hold_no_privilege(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")


@pytest.mark.parametrize(
    ("key", "holder"), [("QINGLING_TOKEN_KEY", "api"), ("QINGLING_ARCHIVE_KEY", "worker")]
)
def test_a_key_that_signs_is_held_by_one_process(key, holder):
    assert {name for name, service in SERVICES.items() if key in service.get("environment", {})} == {holder}


def test_whoever_writes_or_reads_the_archive_is_told_where_it_lies():
    told = {
        name
        for name, service in SERVICES.items()
        if BUCKET | {"QINGLING_ARCHIVE_URL"} <= service.get("environment", {}).keys()
    }
    assert told == {"worker", "api"}


def test_our_long_running_processes_have_time_to_stop_and_are_watched():
    for name in OURS - JOBS:
        assert SERVICES[name]["stop_grace_period"]
        assert SERVICES[name]["healthcheck"]["test"] == ["CMD", "qingling", "healthcheck", name]
    assert SERVICES["worker"]["stop_grace_period"] == "60s"


# ── what it tells our own processes ──────────────────────────────────────────────────────────────────


def test_every_command_of_ours_is_one_that_our_command_line_knows():
    typer = pytest.importorskip("typer")
    if not (ROOT / "cli.py").exists():
        pytest.skip("cli.py is not there yet")
    from cli import app

    known = typer.main.get_command(app).commands
    for name in OURS:
        spoken = [SERVICES[name]["command"]]
        if "healthcheck" in SERVICES[name]:
            spoken.append(SERVICES[name]["healthcheck"]["test"][2:])
        for command, *words in spoken:
            # Parsed as at a start, every option and argument of it; not carried out.
            known[command].make_context(command, words)


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_processes_accept_the_settings_they_are_given(name, monkeypatch):
    from settings import Settings, load_settings

    known = {f"QINGLING_{field.upper()}" for field in Settings.model_fields}
    key = "A" * 43 + "="
    filled = {"QINGLING_DB_PASSWORD": "abc123", "QINGLING_TOKEN_KEY": key, "QINGLING_ARCHIVE_KEY": key}
    for key in [key for key in os.environ if key.startswith("QINGLING_")]:
        monkeypatch.delenv(key)
    for key, value in SERVICES[name]["environment"].items():
        if key.startswith("QINGLING_"):
            assert key in known, f"{name} is given {key}, which nobody reads"
            monkeypatch.setenv(
                key, VARIABLE.sub(lambda match: filled.get(match["name"]) or _default(match), value)
            )
    settings = load_settings()
    assert (
        settings.database_url.get_secret_value()
        == "postgresql+psycopg://qingling:abc123@postgres:5432/qingling"
    )
    assert settings.temporal_namespace == "qingling"
    assert settings.log_format == "json"
    if name != "migrate":
        assert settings.archive_url == "/var/lib/qingling/archive"
        assert settings.archive_endpoint is None
    if name == "worker":
        assert settings.channels_file == Path("/etc/qingling/inbox-only.yaml")
        # where its health is asked for, from inside
        assert settings.metrics_address == "0.0.0.0:9464"


def _default(match: re.Match[str]) -> str:
    return match["rule"].removeprefix(":-")


@pytest.mark.parametrize("name", ["inbox-only", "example"])
def test_the_channels_that_are_shipped_can_be_read(name, tmp_path):
    from channels.settings import read_channels

    text = (ROOT / "deploy" / "channels" / f"{name}.yaml").read_text("utf-8")
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    for file in re.findall(r"/etc/qingling/([\w.-]+)\}", text):
        said = secret if "platform" in file else "https://robots.example/send" if "url" in file else "secret"
        (tmp_path / file).write_text(said)
    file = tmp_path / "channels.yaml"
    file.write_text(text.replace("/etc/qingling", str(tmp_path)), "utf-8")

    channels = read_channels(file)

    assert len(channels.endpoints) == (5 if name == "example" else 0)


# ── the image ────────────────────────────────────────────────────────────────────────────────────────


def test_the_image_is_built_from_the_lock_and_runs_as_nobody_in_particular():
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    assert 'ENTRYPOINT ["qingling"]' in lines
    user = next(line for line in reversed(lines) if line.startswith("USER "))
    assert int(user.split()[1].split(":")[0]) >= 1000


def test_the_image_gets_every_room_and_nothing_secret():
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert "*" in lines, "what is not named would come along"
    assert rooms | {"*.py", "pyproject.toml", "requirements.lock", "README.md", "LICENSE"} <= allowed
    assert not {name for name in allowed if name.startswith((".", "var", "tests"))}
