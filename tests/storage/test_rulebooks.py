"""Rulebooks and calendars: kept for ever, word for word, one of each in force."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from domain.calendar import Calendar, Span
from domain.library import Library, Rulebook, canonical, digest_of
from storage import rulebooks
from storage.database import Database
from storage.errors import RulebookDamaged
from tests.storage.stories import BOOKS, CALENDAR, PUTUO, QINGPU


@pytest.mark.parametrize("book", BOOKS.values(), ids=list(BOOKS))
@pytest.mark.requirement("I5")
def test_a_rulebook_read_back_from_its_text_is_the_same(book):
    again = Rulebook.model_validate_json(canonical(book))

    assert again == book
    assert again.digest == book.digest


@pytest.mark.requirement("I5")
def test_a_calendar_read_back_from_its_text_is_the_same():
    again = Calendar.model_validate_json(canonical(CALENDAR))

    assert again == CALENDAR
    assert digest_of(again) == digest_of(CALENDAR)


def test_what_was_published_is_loaded_word_for_word(db):
    library = Library()

    assert db.read_now(rulebooks.load_into, library) == len(BOOKS) + 1

    assert {book.digest for book in library.books} == {book.digest for book in BOOKS.values()}
    assert library.rules(QINGPU.digest, digest_of(CALENDAR)).book == QINGPU
    assert db.read_now(rulebooks.load_into, library) == 0


def test_each_profile_has_its_current_rulebook(db):
    assert db.read_now(rulebooks.current_books) == {name: book.digest for name, book in BOOKS.items()}
    assert db.read_now(rulebooks.current, "qingpu") == QINGPU.digest
    assert db.read_now(rulebooks.current, "nowhere") is None
    assert db.read_now(rulebooks.current_calendar) == digest_of(CALENDAR)


def test_before_anything_is_published_nothing_is_current(empty_url):
    from storage import migrate

    migrate.upgrade(empty_url)
    db = Database.connect(empty_url)

    assert db.read_now(rulebooks.current_books) == {}
    assert db.read_now(rulebooks.current_calendar) is None
    assert db.read_now(rulebooks.load_into, Library()) == 0
    db.close()


@pytest.mark.requirement("I5")
def test_a_new_edition_comes_into_force_and_the_old_one_stays(db):
    edition = QINGPU.model_copy(update={"version": "next"})
    edition = Rulebook.model_validate(edition.model_dump())

    assert db.write_now(rulebooks.publish, edition) == edition.digest

    library = Library()
    db.read_now(rulebooks.load_into, library)
    assert db.read_now(rulebooks.current, "qingpu") == edition.digest
    assert db.read_now(rulebooks.current, "putuo") == PUTUO.digest
    assert {QINGPU.digest, edition.digest} <= {book.digest for book in library.books}

    db.write_now(rulebooks.publish, QINGPU)  # and back
    assert db.read_now(rulebooks.current, "qingpu") == QINGPU.digest


@pytest.mark.requirement("N94")
def test_a_later_calendar_comes_into_force(db):
    longer = CALENDAR.joined(
        Calendar(version="2027", spans=(Span(first=date(2027, 1, 1), last=date(2027, 12, 31)),))
    )

    db.write_now(rulebooks.publish_calendar, longer)

    assert db.read_now(rulebooks.current_calendar) == digest_of(longer)


def test_publishing_again_changes_nothing_even_from_many_processes(connect):
    processes = [connect() for _ in range(4)]
    edition = Rulebook.model_validate(QINGPU.model_copy(update={"version": "next"}).model_dump())

    with ThreadPoolExecutor(8) as threads:
        digests = set(
            threads.map(lambda n: processes[n % 4].write_now(rulebooks.publish, edition), range(16))
        )

    assert digests == {edition.digest}
    library = Library()
    assert processes[0].read_now(rulebooks.load_into, library) == len(BOOKS) + 2


@pytest.mark.parametrize("kind", ["book", "calendar"])
def test_a_text_that_is_not_its_digests_is_never_loaded(db, kind):
    db.write_now(
        lambda c: c.exec_driver_sql(
            f"UPDATE rulebooks SET body = replace(body, '2026', '2062') WHERE kind = '{kind}'"
        )
    )

    with pytest.raises(RulebookDamaged, match=r"与其摘要不符.* / .*not the one its digest names"):
        db.read_now(rulebooks.load_into, Library())
