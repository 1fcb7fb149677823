"""Trees scored against CoNLL-U, and predictions in its form."""

from __future__ import annotations

from pathlib import Path

import pytest

from conflict_extract.errors import GoldError
from conflict_extract.evaluate import parse

GOLD = """# newdoc id = one
# newpar
# sent_id = 1
# text = They don't know.
1\tThey\tthey\tPRON\tPRP\tCase=Nom|Number=Plur|Person=3|PronType=Prs\t4\tnsubj\t_\t_
2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
2\tdo\tdo\tAUX\tVBP\tMood=Ind|Number=Plur|Person=3|Tense=Pres|VerbForm=Fin\t4\taux\t_\t_
3\tn't\tnot\tPART\tRB\tPolarity=Neg\t4\tadvmod\t_\t_
4\tknow\tknow\tVERB\tVB\tVerbForm=Inf\t0\troot\t_\tSpaceAfter=No
4.1\tx\tx\t_\t_\t_\t_\t_\t_\t_
5\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_

# sent_id = 2
1\tSoldiers\tsoldier\tNOUN\tNNS\tNumber=Plur\t2\tnsubj\t_\t_
2\tleft\tleave\tVERB\tVBD\tMood=Ind|Number=Plur|Person=3|Tense=Past|VerbForm=Fin\t0\troot\t_\tSpaceAfter=No
3\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\t_

# newdoc id = two
1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_
"""


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.conllu"
    path.write_text(GOLD, encoding="utf-8")
    return path


def test_reading(gold: Path) -> None:
    one, two = parse.read_conllu(gold)
    assert [c[1] for c in one.cells] == ["They", "do", "n't", "know", ".", "Soldiers", "left", "."]
    assert one.spaces == [True, False, True, False, True, True, False, True]
    assert [i for i, s in enumerate(one.starts) if s] == [0, 5]
    assert one.heads == [3, 3, 3, 3, 3, 6, 6, 6]
    assert len(two.cells) == 1 and two.heads == [0]


def test_scores_and_predictions(gold: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.conllu"
    result = parse.run(gold, out)
    assert result["words"] == 9 and result["sentences"] == 3
    assert result["uas"] == result["las"] == 1.0
    assert result["xpos"] == 1.0 and result["lemmas"] == 1.0
    assert result["sentence_starts"]["f"] == 1.0
    text = out.read_text(encoding="utf-8")
    assert [line.split("\t")[:2] for line in text.splitlines() if line[:1].isdigit()] == [
        line.split("\t")[:2] for line in GOLD.splitlines() if line[:1].isdigit()
    ]
    assert parse.run(out)["las"] == 1.0, "predictions scored against themselves"


def test_wrong_arcs_and_names_of_arcs_are_counted(gold: Path, tmp_path: Path) -> None:
    path = tmp_path / "changed.conllu"
    path.write_text(
        GOLD.replace("2\tnsubj\t_\t_\n2\tleft", "2\tobj\t_\t_\n2\tleft").replace("4\tadvmod", "2\tadvmod"), encoding="utf-8"
    )
    result = parse.run(path)
    assert result["uas"] == round(8 / 9, 4)
    assert result["las"] == round(7 / 9, 4)
    assert result["clas"] == round(4 / 6, 4)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\tSpaceAfter=No\n3", "\n3", "expected 10 columns"),
        ("2\tpunct", "9\tpunct", "no head"),
        ("2\tpunct", "x\tpunct", "no head"),
    ],
)
def test_broken_files_are_named(gold: Path, tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "broken.conllu"
    path.write_text(GOLD.replace(old, new), encoding="utf-8")
    with pytest.raises(GoldError, match=message):
        parse.run(path)
    with pytest.raises(GoldError, match="cannot read"):
        parse.run(tmp_path / "absent.conllu.gz")


def test_old_names_of_relations() -> None:
    assert parse.relation("nmod:tmod") == "nmod:unmarked"
    assert parse.relation("ROOT") == "root"
    assert parse.relation("nsubj:pass") == "nsubj:pass"
