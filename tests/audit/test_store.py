"""The archive's store: written once, whole or not at all, in a folder and in a bucket alike."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from audit.store import AlreadyThere, Bucket, Folder, NotThere, Store, open_store
from settings import SettingsError, load_settings
from storage.errors import StorageUnavailable


def test_what_was_put_can_be_had(store: Store) -> None:
    store.put("hazards/QP-2026-000001/a.json.gz", b"one")
    store.put("manifests/000001.jsonl", b"two")
    assert store.get("hazards/QP-2026-000001/a.json.gz") == b"one"
    assert sorted(store.names()) == ["hazards/QP-2026-000001/a.json.gz", "manifests/000001.jsonl"]


def test_an_object_is_never_overwritten(store: Store) -> None:
    store.put("rules/a.json", b"as it was")
    with pytest.raises(AlreadyThere, match=r"rules/a\.json"):
        store.put("rules/a.json", b"as somebody wants it")
    assert store.get("rules/a.json") == b"as it was"


def test_of_many_writers_of_one_name_one_wins(store: Store) -> None:
    def put(number: int) -> bool:
        try:
            store.put("manifests/000001.jsonl", str(number).encode())
        except AlreadyThere:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(put, range(8)))
    assert sum(won) == 1
    assert store.get("manifests/000001.jsonl") == str(won.index(True)).encode()


def test_what_is_not_there_is_named(store: Store) -> None:
    assert list(store.names()) == []
    with pytest.raises(NotThere, match="no/such"):
        store.get("no/such")


def test_a_draft_left_by_a_crash_is_no_object(tmp_path: Path) -> None:
    store = Folder(tmp_path)
    store.put("a", b"1")
    (tmp_path / ".drafts" / "half").write_bytes(b"ha")
    assert list(store.names()) == ["a"]


def test_an_archived_file_is_read_only(tmp_path: Path) -> None:
    Folder(tmp_path).put("a/b", b"1")
    assert os.stat(tmp_path / "a" / "b").st_mode & 0o222 == 0


def test_a_place_that_cannot_be_reached_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    for store in (Folder(tmp_path / "file"), Bucket("s3://none/x", "http://127.0.0.1:1")):
        with pytest.raises(StorageUnavailable, match="QINGLING_ARCHIVE_URL") as refused:
            store.put("a", b"1")
        assert "\n" not in str(refused.value)


def test_settings_choose_the_store(tmp_path: Path) -> None:
    assert isinstance(open_store(load_settings(var_dir=tmp_path)), Folder)
    there = load_settings(archive_url="s3://archive/qingling", archive_endpoint="http://127.0.0.1:9000")
    assert isinstance(open_store(there), Bucket)
    for wrong in ({"archive_url": "ftp://somewhere"}, {"archive_endpoint": "somewhere"}):
        with pytest.raises(SettingsError, match="QINGLING_ARCHIVE_"):
            load_settings(**wrong)
