"""Makes ``model/lemmas.json`` of the English tables in spacy-lookups-data: ``python -m training.lemmas MODEL_FOLDER``.

Kept are the irregular forms, all verbs, and those nouns and adjectives whose regular forms could come of two lemmas.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

DOUBTFUL = ("se", "xe", "ze", "che", "she", "ve", "ie", "oe", "f", "fe", "us", "ss", "o", "ee")


def table(name: str) -> Any:
    """Read a table of the package."""
    import spacy_lookups_data

    path = Path(spacy_lookups_data.__file__).parent / "data" / f"en_lemma_{name}.json.gz"
    return json.loads(gzip.decompress(path.read_bytes()))


def main() -> None:
    """Run from the command line."""
    index, irregular = table("index"), table("exc")
    known = {
        "verb": [w for w in index["verb"] if w.isalpha()],
        "noun": [w for w in index["noun"] if w.isalpha() and w.endswith(DOUBTFUL)],
        "adj": [w for w in index["adj"] if w.isalpha() and w.endswith(("e", "er", "est"))],
    }
    plain = {
        k: {form: lemmas[0] for form, lemmas in sorted(irregular[k].items()) if form.isalpha()}
        for k in ("verb", "noun", "adj", "adv")
    }
    out = {"irregular": plain, "known": {k: " ".join(sorted(v)) for k, v in known.items()}}
    (Path(sys.argv[1]) / "lemmas.json").write_text(json.dumps(out, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
