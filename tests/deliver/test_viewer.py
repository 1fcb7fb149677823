"""The page: escaped, complete, readable without scripts."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from html.parser import HTMLParser

import pytest

from conflict_extract.deliver.viewer import fragment, page
from conflict_extract.deliver.viewer.figures import rows
from conflict_extract.deliver.viewer.places import geojson
from tests.deliver.sample import TEXT, sample_report

VOID = {"meta", "link", "input", "br", "path", "circle"}


class Checker(HTMLParser):
    """Collects text and tags; fails on tags that do not close in order."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.words = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)


def read(html):
    checker = Checker()
    checker.feed(html)
    assert checker.open == []
    return checker


@pytest.mark.parametrize("make", [page, fragment])
def test_well_formed_and_has_the_whole_article(make):
    checker = read(make(sample_report()))
    assert "".join(TEXT.split()) in "".join("".join(checker.words).split())
    assert not any(tag == "b" for tag, _ in checker.tags), "markup of the article must be inert"


def test_page_loads_nothing_from_anywhere():
    checker = read(page(sample_report()))
    for tag, attributes in checker.tags:
        for name in ("src", "href"):
            value = attributes.get(name) or ""
            if tag == "a" and value.startswith("https://www.geonames.org/"):
                continue
            assert not re.match(r"(https?:)?//", value), (tag, value)
    policy = next(a["content"] for t, a in checker.tags if t == "meta" and a.get("http-equiv"))
    assert "default-src 'none'" in policy and "unsafe-inline'; script" in policy and "script-src 'sha256-" in policy


def test_script_hash_in_the_policy_is_that_of_the_script():
    import base64
    import hashlib

    html = page(sample_report())
    code = re.search(r"<script>(.*?)</script>", html, re.S)
    assert code is not None
    digest = base64.b64encode(hashlib.sha256(code[1].encode()).digest()).decode()
    assert f"sha256-{digest}" in html.replace("&#x27;", "'")


def test_injection_in_the_article_is_inert():
    report = sample_report()
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    changed = report.model_copy(
        update={
            "text": None,
            "claims": tuple(
                claim.model_copy(update={"source": claim.source.model_copy(update={"name": evil})}) for claim in report.claims
            ),
        }
    )
    checker = read(page(changed))
    assert sum(tag == "script" for tag, _ in checker.tags) == 1
    assert not any(tag == "img" for tag, _ in checker.tags)


def test_every_claim_has_a_card_and_its_links():
    checker = read(page(sample_report()))
    cards = [attributes for tag, attributes in checker.tags if tag == "article"]
    assert [card["data-id"] for card in cards] == ["c1", "c2", "c3"]
    assert cards[1]["data-links"] == "denies:c1"
    hrefs = {attributes.get("href") for tag, attributes in checker.tags if tag == "a"}
    assert {"#claim-c1", "#claim-c2"} <= hrefs


def test_content_words_are_marked_with_their_claim():
    checker = read(page(sample_report()))
    marked = [
        attributes for tag, attributes in checker.tags if tag == "span" and "c1" in (attributes.get("data-claims") or "").split()
    ]
    assert any("content" in attributes["class"] and "quantity" in attributes["class"] for attributes in marked)


def test_fragment_has_no_script():
    assert "<script" not in fragment(sample_report())


def test_report_without_text_still_makes_a_page():
    html = page(sample_report().without_text())
    assert "without its text" in html and "Ilya Maren" not in html


def test_geojson_is_that_of_the_download():
    collection = geojson(sample_report())
    assert collection["features"][0]["geometry"]["coordinates"] == [29.22, -1.67]
    assert collection["features"][0]["properties"]["claims"] == ["c1"]
    data = re.search(r"application/geo\+json;base64,([^\"]+)", page(sample_report()))
    assert data is not None and json.loads(b64decode(data[1])) == collection


def test_figure_rows_name_the_speaker():
    assert [(row.claim, row.who, row.quantity.id) for row in rows(sample_report())] == [
        ("c1", "Ilya Maren", "q1"),
        ("c3", "rebels", "q2"),
    ]


def test_notebook_display_is_the_fragment():
    assert sample_report()._repr_html_() == fragment(sample_report())
