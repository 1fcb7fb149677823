"""Places: mentions, what they mean, whether the name is an actor, roles; the case tables and the behaviour without model or tree."""

from __future__ import annotations

import json
import time

import pytest
import spacy
from spacy.tokens import Doc, Span

from conflict_extract.annotate.layer import PlaceMention, PlaceRow, read, read_table
from conflict_extract.annotate.places import Places
from conflict_extract.errors import LexiconError, SettingsError
from tests.conftest import FIXTURES, cases

COMPONENTS = ("conflict_frame", "conflict_encoder", "conflict_actors", "conflict_places")


@pytest.fixture(scope="module")
def annotate(nlp):
    """A function from a text to a Doc with the layers up to places; each text is read once."""
    done = {}

    def run(text):
        if text not in done:
            doc = nlp.make_doc(text)
            for name in COMPONENTS:
                doc = nlp.get_pipe(name)(doc)
            done[text] = doc
        return done[text]

    return run


def mention_at(doc, start, end):
    """The record that overlaps the offsets with its row, or (None, None)."""
    rows = {row.key: row for row in read_table(doc, "places", PlaceRow)}
    for record in read(doc, "places", PlaceMention):
        if record.start < end and start < record.end:
            return record, rows[record.place]
    return None, None


def names(doc, *, actors=True):
    rows = {row.key: row.name for row in read_table(doc, "places", PlaceRow)}
    return [rows[record.place] for record in read(doc, "places", PlaceMention) if actors or not record.as_actor]


@pytest.mark.parametrize("case", cases("places"))
def test_what_a_name_means(annotate, case):
    start = case["text"].index(case["mention"])
    record, row = mention_at(annotate(case["text"]), start, start + len(case["mention"]))
    if case["place"] is None:
        assert record is None, f"{record} {row}"
    else:
        assert row is not None, "not found"
        assert {key: getattr(row, key) for key in case["place"]} == case["place"]


def test_there_are_enough_cases():
    lines = (FIXTURES / "cases" / "places.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 100
    roles = [json.loads(line) for line in (FIXTURES / "cases" / "place_roles.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sum(len(case["places"]) for case in roles) >= 120


def test_roles(annotate):
    right, wrong = 0, []
    for line in (FIXTURES / "cases" / "place_roles.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        doc = annotate(case["text"])
        for place in case["places"]:
            assert case["text"][place["start"] : place["end"]] == place["name"]
            record, _ = mention_at(doc, place["start"], place["end"])
            if record is not None and record.role == place["role"]:
                right += 1
            else:
                wrong.append((place["name"], place["role"], record and record.role))
    assert right / (right + len(wrong)) >= 0.9, wrong


def test_offsets_point_into_the_text(annotate):
    text = "CHARLESTON, W.Va. — Police searched homes in Kanawha County, S.C., and Boone County, Ky."
    doc = annotate(text)
    found = [text[record.start : record.end] for record in read(doc, "places", PlaceMention)]
    assert "W.Va." in found and "Kanawha County" in found and "Ky." in found


def test_one_name_is_one_place_and_keeps_the_articles_spelling(annotate):
    text = "Shells hit Kharkov overnight. Two people died in Kharkov, Ukraine said. KHARKOV stayed dark."
    rows = read_table(annotate(text), "places", PlaceRow)
    assert [row.name for row in rows if row.level == "settlement"] == ["Kharkov"]


def test_an_acronym_in_brackets_is_no_mention_of_its_own(annotate):
    text = "Shots were fired across the Line of Control (LoC) near Poonch. The LoC is long."
    found = [record for record in read(annotate(text), "places", PlaceMention) if "L" in text[record.start]]
    assert [text[record.start : record.end] for record in found] == ["Line of Control", "LoC"]
    assert len({record.place for record in found}) == 1
    assert "Line of Control" in names(annotate(text))


def test_two_places_of_one_name_stay_two(annotate):
    text = "Police in Paris, Texas, wrote to the mayor. The embassy in Paris, France, answered."
    rows = [row for row in read_table(annotate(text), "places", PlaceRow) if row.name == "Paris"]
    assert {row.country for row in rows} == {"US", "FR"}


def test_disputed_places(annotate):
    row = mention_at(annotate("Trenches were dug near Simferopol in Crimea."), 23, 33)[1]
    assert (row.country, row.disputed, row.claimed_by) == ("UA", True, ["UA", "RU"])
    row = mention_at(annotate("Families left the Golan Heights on Friday."), 18, 31)[1]
    assert (row.country, row.disputed, row.claimed_by) == ("SY", True, ["SY", "IL"])


def test_an_unknown_village_gets_the_country_and_no_coordinates(annotate):
    text = "Soldiers burned the village of Tabourak, 20 km south of Gao in Mali."
    row = mention_at(annotate(text), text.index("Tabourak"), text.index("Tabourak") + 8)[1]
    assert (row.country, row.latitude, row.longitude, row.geonames) == ("ML", None, None, None)


def test_a_place_far_from_where_the_text_puts_it_is_not_taken(annotate):
    # there is a Springfield in many countries, none of them near Mosul
    text = "The dead lay in the hamlet of Springfield, about 12 km north of Mosul, Iraqi officers said."
    row = mention_at(annotate(text), text.index("Springfield"), text.index("Springfield") + 11)[1]
    assert row.latitude is None and row.country == "IQ"


def test_names_of_states_are_actors_or_places(annotate):
    text = "Armenia accused Azerbaijan of shelling villages. Refugees walked to Armenia."
    uses = [(text[r.start : r.end], r.as_actor) for r in read(annotate(text), "places", PlaceMention)]
    assert uses == [("Armenia", True), ("Azerbaijan", True), ("Armenia", False)]


def test_a_pact_named_after_a_place_makes_no_place(annotate):
    assert names(annotate("The Black Sea grain deal lapsed in July."), actors=False) == []


def test_geonames_ids_and_coordinates(annotate):
    row = mention_at(annotate("A bomb exploded in Goma, in eastern Congo."), 19, 23)[1]
    assert row.geonames == 216281
    assert row.latitude == pytest.approx(-1.6741, abs=0.001) and row.longitude == pytest.approx(29.2285, abs=0.001)


# --- without model, tree or text


def blank_places():
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("conflict_places")
    return nlp


def test_without_entities_only_what_names_and_patterns_prove():
    nlp = blank_places()
    doc = nlp("Nice people said Mobile police may reopen Reading. Fighting goes on in Kharkiv and in Mali.")
    assert names(doc) == ["Kharkiv", "Mali"]


def test_entities_of_another_pipeline_count():
    words = ["Gunmen", "attacked", "Zanbaghar", "in", "Faryab", "."]
    doc = Doc(spacy.blank("en").vocab, words=words)
    doc.ents = [Span(doc, 2, 3, label="GPE")]
    assert "Zanbaghar" in names(Places()(doc))


@pytest.mark.parametrize(
    "text", ["", " \n\n ", "A", "...", "’s", "Mali", "-Mali-", "\u200bMali\u200b", "Ma\ud7ffli", "al-", "St.", "in the"]
)
def test_odd_texts(text):
    blank_places()(text)


@pytest.mark.timing
def test_time_is_linear_in_the_text():
    nlp = blank_places()
    unit = "Fighting in Kharkiv, near Sumy and Springfield, Ill., went on; the village of Xanadu Bay fell. "

    def seconds(times):
        doc = nlp.make_doc(unit * times)
        begun = time.process_time()
        Places()(doc)
        return time.process_time() - begun

    seconds(10)
    small, large = min(seconds(60) for _ in range(3)), seconds(600)
    assert large < 25 * max(small, 0.005), (small, large)


# --- tables of the user's


def write_lines(path, *lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(path)


def test_own_places_are_added_replace_and_switch_off(tmp_path):
    mine = write_lines(
        tmp_path / "mine.jsonl",
        {"id": "place/camp-echo", "name": "Camp Echo", "level": "facility", "country": "IQ", "latitude": 33.1, "longitude": 44.2},
        {"id": "place/donbas", "name": "Donbas", "level": "area", "country": None},
        {"id": "place/sahel", "disabled": True},
    )
    component = Places((mine,))
    assert component.table.find("camp echo").latitude == 33.1
    assert component.table.find("donbas").country is None
    assert component.table.find("sahel") is None
    doc = component(spacy.blank("en")("Two men died near Camp Echo. The Donbas burned."))
    rows = {row.name: row for row in read_table(doc, "places", PlaceRow)}
    assert rows["Camp Echo"].country == "IQ" and rows["Donbas"].country is None


def test_the_country_convention_can_be_replaced(tmp_path):
    rules = write_lines(
        tmp_path / "countries.jsonl", {"place": "place/crimea", "country": None}, {"place": "Abkhazia", "country": None}
    )
    table = Places((), rules).table
    assert table.find("crimea").country is None and table.find("abkhazia").country is None
    assert table.find("south ossetia").country == "GE"


def test_bad_user_tables(tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": "place/a", "name": "A"}\n{"id": "Place A"}\n', encoding="utf-8")
    with pytest.raises(LexiconError, match="line 2"):
        Places((str(bad),))
    with pytest.raises(LexiconError, match="no place of the tables"):
        Places((), write_lines(tmp_path / "c.jsonl", {"place": "Atlantis", "country": "GR"}))
    with pytest.raises(LexiconError):
        Places((str(tmp_path / "missing.jsonl"),))
    assert issubclass(SettingsError, ValueError)
