"""Texts of versions read the same, plain or packed."""

from __future__ import annotations

from dataclasses import replace

from clipper.archive import Archive
from tests.archive.archive_material import KEY, capture, extraction, save


def long_text(number: int) -> str:
    return "\n\n".join(f"Paragraph {n} of a long article, 漏洞 {n * number}." for n in range(400))


def test_older_long_texts_are_packed_and_read_the_same(archive: Archive) -> None:
    for number in range(5):
        save(archive, long_text(number), hour=number)
    found = archive.connection.execute("SELECT packed_sha256 IS NULL FROM texts ORDER BY id")
    assert [plain for (plain,) in found] == [0, 0, 0, 0, 1]
    said = [archive.markdown(s.id) for s in archive.history(KEY)]
    assert said == [long_text(number) for number in range(5)]


def test_a_version_that_arrives_late_is_packed_at_once(archive: Archive) -> None:
    for number in (0, 3, 1):
        save(archive, long_text(number), hour=number)
    plain = archive.connection.execute("SELECT count(*) FROM texts WHERE markdown IS NOT NULL")
    assert plain.fetchone() == (1,)
    assert archive.markdown(archive.snapshot(KEY).id) == long_text(3)


def test_words_that_a_page_no_longer_says_are_found(archive: Archive) -> None:
    save(archive, "We never sell data.\n\nSecond paragraph.", hour=0)
    save(archive, "We sell data.\n\nSecond paragraph.", hour=1)
    (hit,) = archive.search("never sell")
    assert hit.snapshot == archive.history(KEY)[0]
    (hit,) = archive.search("second paragraph")
    assert hit.snapshot == archive.history(KEY)[1]


def test_text_with_half_a_surrogate_pair_is_filed(archive: Archive) -> None:
    reading = replace(extraction("half \ud83d and whole \ud83d\ude00"), title="\udc00", lead="\udfff")
    archive.record(capture(), reading, url_key=KEY)
    snapshot = archive.snapshot(KEY)
    assert archive.markdown(snapshot.id) == "half \ufffd and whole \U0001f600"
    assert snapshot.title == "\ufffd"
