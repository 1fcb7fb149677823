"""Our side of the speed comparison, one kind of work in a process: `extract`, `encoder`, `cnn` or `components`.

`{"text"}` in; `components` gives the seconds of each component, the others nothing.
"""

import sys
import time
from importlib.metadata import version
from typing import Any

from protocol import serve  # type: ignore[import-not-found]  # beside this file when it runs

import conflict_extract
from conflict_extract import load
from conflict_extract.api import make_doc

DATE = "2024-03-18"
WARM = {"text": "BAKU, March 18 - The army said on Monday that 12 people had been killed near Orlan. Rebels denied it."}


def main(kind: str) -> None:
    """Serve one kind of work."""
    versions = {"conflict-extract": conflict_extract.__version__, "spacy": version("spacy")}
    if kind == "cnn":
        from benchmarks.cnn import cnn_pipeline

        cnn = cnn_pipeline()
        serve(lambda item: len(cnn(item["text"])), versions, WARM)
        return
    extractor = load(warm=True)
    encoder = extractor.nlp.get_pipe("conflict_encoder")

    def extract(item: dict[str, Any]) -> int:
        return len(extractor.extract(item["text"], date=DATE).claims)

    def encode(item: dict[str, Any]) -> int:
        return len(encoder(make_doc(extractor.nlp, item["text"])))

    def components(item: dict[str, Any]) -> dict[str, float]:
        spent = {}
        began = time.perf_counter()
        doc = make_doc(extractor.nlp, item["text"], date=DATE)
        spent["tokenizer"] = time.perf_counter() - began
        for name, component in extractor.nlp.pipeline:
            began = time.perf_counter()
            doc = component(doc)
            spent[name] = time.perf_counter() - began
        began = time.perf_counter()
        extractor.report(doc)
        spent["assemble"] = time.perf_counter() - began
        return spent

    serve({"extract": extract, "encoder": encode, "components": components}[kind], versions, WARM)


main(sys.argv[1])
