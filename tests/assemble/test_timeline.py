"""A timeline's dates: no words of a claim, the time of what stands first behind each."""

from __future__ import annotations

from conflict_extract import Extractor

TIMELINE = """Timeline: the fight for the port of Anso
Dec 30, 2022: Rebels seized the port of Anso.
Jan 9: The army said it had retaken the port. The rebels denied it.
Feb 8: Soldiers killed 12 villagers at Lume, the bishop said.
March 2: Shells hit a school in Anso. Some 40 people have died since March 5.
"""


def test_the_first_claim_of_an_entry_has_its_date(extractor: Extractor) -> None:
    report = extractor.extract(TIMELINE, date="2023-04-10")
    times = {time.id: time for time in report.times}
    found = [(claim.content[0].text, [times[name].start for name in claim.times]) for claim in report.claims]
    assert found[:5] == [
        ("Rebels seized the port of Anso", ["2022-12-30"]),
        ("it had retaken the port", ["2023-01-09"]),
        ("it", []),
        ("Soldiers killed 12 villagers at Lume", ["2023-02-08"]),
        ("Shells hit a school in Anso", ["2023-03-02"]),
    ]
    assert not any(claim.said for claim in report.claims)
    assert "live_blog" not in report.meta.warnings


def test_since_runs_to_the_day_of_the_article(extractor: Extractor) -> None:
    report = extractor.extract(TIMELINE, date="2023-04-10")
    assert [(time.start, time.end) for time in report.times][-1] == ("2023-03-05", "2023-04-10")


def test_offsets_point_into_the_text(extractor: Extractor) -> None:
    report = extractor.extract(TIMELINE, date="2023-04-10")
    assert all(TIMELINE[span.start : span.end] == span.text for claim in report.claims for span in claim.content)
