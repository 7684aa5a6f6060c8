"""What keeps the tree installable and in order: the locks, the packaging, and who imports whom."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;]+)(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")

NOT_ROOMS = {"tests", "bench", "docs"}
ROOMS = sorted({path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_ROOMS)
MODULES = sorted(path.stem for path in ROOT.glob("*.py"))


def locked(lock: str) -> dict[str, Version]:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    return {
        canonicalize_name(match["name"]): Version(match["version"])
        for match in map(PINNED.match, lines)
        if match
    }


def asked_for(group: str) -> list[Requirement]:
    """What a dependency group of pyproject asks for, the groups it includes too."""
    wanted = []
    for entry in PROJECT["dependency-groups"][group]:
        wanted += asked_for(entry["include-group"]) if isinstance(entry, dict) else [Requirement(entry)]
    return wanted


# ── locks ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_versions_and_hashes_and_nothing_else(lock):
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    assert [line for line in lines if not (PINNED.match(line) or HASH.match(line))] == []
    assert not any("://" in line or "www." in line for line in lines)
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if PINNED.match(line):
            assert HASH.match(following), f"{line} has no hash"


@pytest.mark.parametrize(
    ("lock", "groups"), [("requirements.lock", ["build"]), ("requirements-dev.lock", ["dev"])]
)
def test_a_lock_satisfies_what_the_project_asks_for(lock, groups):
    versions = locked(lock)
    wanted = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    for requirement in wanted + [each for group in groups for each in asked_for(group)]:
        name = canonicalize_name(requirement.name)
        assert name in versions, f"{name} is not in {lock}: make lock"
        assert requirement.specifier.contains(versions[name]), (
            f"{lock} has {name} {versions[name]}: make lock"
        )


def test_what_runs_is_what_was_tested():
    running, developing = map(locked, LOCKS)
    assert running.items() <= developing.items()


def test_the_project_builds_with_what_the_lock_installs():
    assert PROJECT["build-system"]["requires"] == PROJECT["dependency-groups"]["build"]


# ── packaging ────────────────────────────────────────────────────────────────────────────────────────


def test_every_module_and_room_is_packaged():
    packaging = PROJECT["tool"]["setuptools"]
    assert set(MODULES) <= set(packaging["py-modules"])
    assert set(ROOMS) <= set(packaging["packages"]["find"]["include"])


def test_an_installed_copy_has_every_file_of_the_rooms(tmp_path):
    pytest.importorskip("setuptools", "77")
    listed = subprocess.run(
        ["git", "ls-files", *ROOMS, *(f"{name}.py" for name in MODULES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    wanted = {line for line in listed.stdout.splitlines() if (ROOT / line).exists()}
    if not wanted:
        pytest.skip("not a git tree")
    # A copy, so that the build leaves nothing behind here.
    for name in [*wanted, "pyproject.toml", "LICENSE", "README.md"]:
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    build = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            "out",
            ".",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert build.returncode == 0, build.stderr
    (wheel,) = (tmp_path / "out").glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert wanted - held == set()
    assert not any("__pycache__" in name for name in held)


# ── who imports whom ─────────────────────────────────────────────────────────────────────────────────


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("path", sorted((ROOT / "domain").rglob("*.py")), ids=lambda path: path.stem)
def test_the_core_imports_the_standard_library_and_pydantic_only(path):
    assert imports_of(path) <= sys.stdlib_module_names | {"domain", "pydantic", "pydantic_core"}


def test_every_room_stands_under_the_import_rules():
    rules = PROJECT["tool"]["importlinter"]
    assert set(ROOMS) <= set(rules["root_packages"])
    (arrows,) = [contract for contract in rules["contracts"] if contract["id"] == "arrows"]
    layers = {name.strip(" ()") for layer in arrows["layers"] for name in re.split(r"[|:]", layer)}
    assert set(ROOMS) <= layers
    (processes,) = [contract for contract in rules["contracts"] if contract["id"] == "processes"]
    # the drill starts a worker of its own
    assert set(rules["root_packages"]) - {"drill"} == set(processes["source_modules"])
