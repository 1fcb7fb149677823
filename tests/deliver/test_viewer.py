"""The page: escaped, complete, readable without scripts."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from html.parser import HTMLParser

import pytest

from conflict_extract.deliver.viewer import asset, fragment, page
from conflict_extract.deliver.viewer.figures import rows
from conflict_extract.deliver.viewer.places import geojson
from tests.deliver.sample import TEXT, sample_report, span

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


def test_a_card_says_act_mode_and_hedges():
    report = sample_report()
    first = report.claims[0].model_copy(update={"hedges": (span("at least"),)})
    html = page(report.model_copy(update={"claims": (first, *report.claims[1:])}))
    card = html[html.index('id="claim-c1"') : html.index('id="claim-c2"')]
    for part in ('class="act statement">statement<', 'class="mode">indirect<', 'class="chip hedged">at least<', "ccomp"):
        assert part in card, part


def test_both_sides_of_a_link_read_as_a_sentence():
    report = sample_report()
    link = report.links[0].model_copy(update={"kind": "disagrees"})
    html = page(report.model_copy(update={"links": (link,)}))
    assert "disagrees with c1" in html and "disagrees with c2" in html


def _light(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


PEN = ["ink", "soft", "actor", "place", "figure", "time", "deny"]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ground", "names"),
    [("paper", PEN), ("panel", PEN), ("hit", ["ink"]), ("sea", ["ink"])],
)
def test_colours_have_contrast(scheme, ground, names):
    """WCAG 2.2 asks 4.5:1 of text."""
    block = re.findall(r"--ink:.*?--hit-edge: #\w{6}", asset("page.css"), re.DOTALL)[scheme]
    colours = dict(re.findall(r"--(\w+): (#\w{6})", block))
    for name in names:
        low, high = sorted((_light(colours[name]), _light(colours[ground])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (name, ground)


def test_kinds_of_marks_differ_without_colour():
    """Nothing is told by colour alone: each kind has a line, weight or slant of its own, and the page says which."""
    styles = re.findall(r":is\(\.text, \.legend\) \.(\w+) \{ (.*?) \}", asset("page.css"))
    assert {kind for kind, _ in styles} == {"actor", "place", "quantity", "time", "cue", "hedge"}
    plain = [re.sub(r"var\(.*?\)", "", style) for _, style in styles]
    assert len(set(plain)) == len(plain)
    legend = page(sample_report()).split('class="legend"')[1].split("</p>")[0]
    assert all(f'class="{kind}"' in legend for kind, _ in styles)
