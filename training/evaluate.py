"""The evaluation table of the model: ``python -m training.evaluate ../shared/data [--only-int8] [--json OUT]``.

Prints every figure for the bundled int8 model and for its weights (``training/encoder.fp16.safetensors``) in full precision.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from conflict_extract.evaluate import attribution, ner, parse
from conflict_extract.evaluate.spans import Tally, pipeline
from training.export import export, load

SHOWN = {"uas": "UAS", "las": "LAS", "clas": "CLAS", "upos": "UPOS", "xpos": "XPOS", "ufeats": "UFeats", "lemmas": "lemmas"}
ROOT = Path(__file__).resolve().parent.parent


def figures(data: Path, model: str | None) -> dict[str, float]:
    """Return all figures of one model, in percent."""
    found: dict[str, float] = {}
    for name in ("ewt", "gum"):
        got = parse.run(data / f"ud/{name}_dev.conllu.gz", model=model)
        found.update({f"{name.upper()} dev {SHOWN[k]}": 100 * got[k] for k in SHOWN})
        found[f"{name.upper()} dev LAS, sentences predicted"] = 100 * got["raw.las"]
        found[f"{name.upper()} dev sentence starts"] = 100 * got["sentence_starts"]["f"]
    found["sentence starts, GUM news + EWT weblog dev"] = sentences(data, model)
    for name, file in (("UNER EWT dev", "uner_ewt_dev"), ("GUM dev", "gum_dev"), ("WikiGold", "wikigold")):
        scores = ner.run(data / f"ner/{file}.jsonl.gz", model=model)
        found.update({f"names, {name}, {k}": 100 * scores[k]["f"] for k in ("all", "PER", "ORG", "LOC")})
    spans = attribution.run(data / "attribution/polnear_dev_instances.jsonl.gz", model=model)
    found.update({f"attribution, instances, {k}": 100 * spans[k]["f"] for k in attribution.KINDS})
    texts = attribution.run(data / "attribution/polnear_dev.jsonl.gz", model=model)
    found.update({f"attribution, texts, {k}": 100 * texts[k]["f"] for k in attribution.KINDS})
    found["attribution, texts, pairs"] = 100 * texts["pairs"]["f"]
    return found


def sentences(data: Path, model: str | None) -> float:
    """Return F1 of sentence starts from raw text: characters at which a sentence starts, our tokens, paragraphs as blank lines."""
    nlp = pipeline(model)
    tally = Tally()
    for file, genre in (("gum_dev", "_news_"), ("ewt_dev", "weblog")):
        for bank in parse.read_conllu(data / f"ud/{file}.conllu.gz"):
            title = next(line for line in bank.lines if line.startswith("# newdoc"))
            if genre not in title:
                continue
            words, spaces, place = parse.with_breaks(bank)
            text, at = "", []
            for word, space in zip(words, spaces, strict=True):
                at.append(len(text))
                text += word + " " * space
            gold = {at[i] for i, start in zip(place, bank.starts, strict=True) if start}
            said = {next(t.idx for t in s if not t.is_space) for s in nlp(text).sents if s.text.strip()}
            tally.compare(gold, said)
    return 100 * float(tally.scores()["f"])


def table(columns: dict[str, dict[str, float]]) -> str:
    """Return a Markdown table, a row a figure."""
    names = list(columns)
    rows = [f"| figure | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    for key in columns[names[0]]:
        rows.append(f"| {key} | {' | '.join(f'{columns[n][key]:.1f}' for n in names)} |")
    if len(names) == 2:
        gaps = [columns[names[0]][k] - columns[names[1]][k] for k in columns[names[0]]]
        rows.append(f"\n{names[0]} − {names[1]}: mean {sum(gaps) / len(gaps):+.2f}, least {min(gaps):+.2f}")
    return "\n".join(rows)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--weights", type=Path, default=ROOT / "training/encoder.fp16.safetensors", help="for the fp32 column")
    parser.add_argument("--only-int8", action="store_true")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    columns: dict[str, Any] = {"int8": figures(args.data, None)}
    if not args.only_int8:
        with tempfile.TemporaryDirectory() as folder:
            export(load(args.weights), ROOT / "src/conflict_extract/model", Path(folder), quantise=False)
            columns["fp32"] = figures(args.data, folder)
    print(table(columns))
    if args.json:
        args.json.write_text(json.dumps(columns, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
