"""Extractor: text -> Doc -> Report; one document (`extract`) and a stream (`pipe`).

The pipeline is spaCy's; `load` builds it from the settings, `add_to` adds our components to a pipeline of yours, `prepare` makes
Docs that carry date and title, `report` assembles a finished Doc.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict, cast, overload

from conflict_extract import annotate
from conflict_extract._version import __version__
from conflict_extract.collector import keep_loaded, paused
from conflict_extract.errors import (
    ConflictExtractError,
    DateError,
    InputError,
    PipelineError,
    TextTooLongError,
    TextTypeError,
)
from conflict_extract.lexicons.loader import lexicons_sha256
from conflict_extract.schema import Meta, Report, UserTable
from conflict_extract.schema.verbatim import text_sha256
from conflict_extract.settings import Settings, make_settings

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

COMPONENTS: tuple[str, ...] = annotate.COMPONENTS
SURROGATE = re.compile("[\ud800-\udfff]")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?=$|[T ])")

DateLike: TypeAlias = str | dt.date | None


class Document(TypedDict, total=False):
    """A document as `pipe` and `prepare` take it; only `text` is required."""

    text: str
    date: DateLike
    id: str | None
    title: str | None


class Extractor:
    """A loaded pipeline with its settings. May be called from many threads.

    Attributes:
        nlp: the spaCy pipeline.
        settings: the frozen settings.
    """

    def __init__(self, nlp: Language, settings: Settings) -> None:
        self.nlp = nlp
        self.settings = settings
        nlp.max_length = max(nlp.max_length, settings.max_chars + 1)
        self._meta = _static_meta(nlp, settings)
        self._used = False

    def extract(self, text: str, *, date: DateLike = None, id: str | None = None, title: str | None = None) -> Report:
        """The claims of one document.

        Args:
            text: the article, plain text, any length up to the setting `max_chars`.
            date: the document date (date, datetime or "YYYY-MM-DD"); relative times are resolved against it.
            id: an id for the report; default: the first 16 hex digits of the SHA-256 of date and text.
            title: the headline, when it is not the first line of the text.

        Raises:
            TextTypeError, TextTooLongError, DateError, InputError: what arrived and what is possible.
        """
        if not self._used:
            self._used = True
            with paused():  # the first document loads tables
                return self.extract(text, date=date, id=id, title=title)
        doc, replaced = self._doc(text, date, id, title)
        if text.strip():
            from conflict_extract.annotate.layer import keep_private

            pipeline = self.nlp.pipeline
            if all(type(component).__module__.startswith("conflict_extract.") for _, component in pipeline):
                keep_private(doc)
            for _, component in pipeline:
                doc = component(doc)
        return self._report(doc, id, replaced)

    @overload
    def pipe(
        self,
        documents: Iterable[str | Document],
        *,
        batch_size: int = ...,
        n_process: int = ...,
        timeout: float | None = ...,
    ) -> Iterator[Report]: ...
    @overload
    def pipe(
        self,
        documents: Iterable[str | Document],
        *,
        batch_size: int = ...,
        n_process: int = ...,
        timeout: float | None = ...,
        errors: Literal["return"],
    ) -> Iterator[Report | ConflictExtractError]: ...
    @overload
    def pipe(
        self,
        documents: Iterable[str | Document],
        *,
        batch_size: int = ...,
        n_process: int = ...,
        timeout: float | None = ...,
        errors: str = ...,
    ) -> Iterator[Any]: ...
    def pipe(
        self,
        documents: Iterable[str | Document],
        *,
        batch_size: int = 16,
        n_process: int = 1,
        timeout: float | None = None,
        errors: str = "raise",
    ) -> Iterator[Report | ConflictExtractError]:
        """Reports of a stream of documents, in order; reads no further ahead than the work in hand.

        Args:
            documents: texts, or mappings with `text` and optionally `date`, `id`, `title`.
            batch_size: documents sent to a worker at once (with `n_process` > 1).
            n_process: worker processes; 1 works in this process.
            timeout: seconds that one document may take (with `n_process` > 1).
            errors: "raise" the first error, or "return" it in its document's place and go on.

        Raises:
            InputError: `errors` is neither; or, with "raise", the first document's error.
        """
        if errors not in ("raise", "return"):
            raise InputError(f"errors must be 'raise' or 'return', got {errors!r}")
        if batch_size < 1 or n_process < 1:
            raise InputError(f"batch_size and n_process must be 1 or more, got {batch_size} and {n_process}")
        for item in self._stream(documents, batch_size, n_process, timeout):
            if isinstance(item, ConflictExtractError) and errors == "raise":
                raise item
            yield item

    def _stream(
        self, documents: Iterable[str | Document], batch_size: int, n_process: int, timeout: float | None
    ) -> Iterator[Report | ConflictExtractError]:
        if n_process > 1 or timeout is not None:
            from conflict_extract.pool import Pool

            with Pool(self.settings, processes=n_process, chunk=batch_size, timeout=timeout) as pool:
                yield from pool.reports(documents)
            return
        for document in documents:
            try:
                yield self.extract(**as_document(document))
            except ConflictExtractError as error:
                yield error

    def report(self, doc: Doc, *, id: str | None = None) -> Report:
        """Assemble a Doc that the pipeline has finished (one of `nlp.pipe(prepare(nlp, documents))`, or from a DocBin)."""
        return self._report(doc, id, doc.text.count("�") if SURROGATE.search(doc.text) else 0)

    def _doc(self, text: str, date: DateLike, id: str | None, title: str | None) -> tuple[Doc, int]:
        if id is not None and not isinstance(id, str):
            raise InputError(f"id must be a string or None, got {type(id).__name__}")
        if not isinstance(text, str):
            raise TextTypeError(f"the text must be a string, got {type(text).__name__}; decode bytes first")
        if len(text) > self.settings.max_chars:
            raise TextTooLongError(
                f"the text has {len(text):,} characters; the setting max_chars allows {self.settings.max_chars:,}"
            )
        clean, replaced = SURROGATE.subn("�", text)
        return make_doc(self.nlp, clean, date=date, title=title), replaced

    def _report(self, doc: Doc, id: str | None, replaced: int) -> Report:
        from conflict_extract.annotate.layer import text_of
        from conflict_extract.assemble.assembler import assemble

        meta = {**self._meta, "text_sha256": text_sha256(text_of(doc))}
        return assemble(doc, report_id=id, settings=self.settings, replaced=replaced, meta=meta)


# -- doors for other pipelines ----------------------------------------------------------------------------
def make_doc(nlp: Language, text: str, *, date: DateLike = None, title: str | None = None) -> Doc:
    """A tokenised Doc that carries the document date and title, ready for the pipeline."""
    from conflict_extract.annotate.layer import register

    register()
    if title is not None and not isinstance(title, str):
        raise InputError(f"title must be a string or None, got {type(title).__name__}")
    iso = iso_date(date)
    if len(text) > nlp.max_length:
        nlp.max_length = len(text) + 1
    doc = nlp.make_doc(text)
    doc._.ce_date = iso
    doc._.ce_title = title and SURROGATE.sub("�", title)
    return doc


def prepare(nlp: Language, documents: Iterable[str | Document]) -> Iterator[Doc]:
    """Docs that carry date and title, for `nlp.pipe(prepare(nlp, documents))`."""
    for document in documents:
        item = as_document(document)
        yield make_doc(nlp, SURROGATE.sub("�", item["text"]), date=item.get("date"), title=item.get("title"))


def add_to(nlp: Language, settings: Settings | None = None, *, exclude: Iterable[str] = ()) -> Language:
    """Add all our components to a pipeline, in order, and return it.

    Args:
        nlp: any spaCy pipeline for English.
        settings: fills each component's config; default: the defaults.
        exclude: names of components to leave out ("conflict_encoder" when the pipeline parses already).

    Raises:
        PipelineError: a component of this name is there already.
    """
    chosen = settings or Settings()
    values = chosen.model_dump()
    left_out = set(exclude)
    unknown = left_out - set(COMPONENTS)
    if unknown:
        raise PipelineError(f"unknown component {sorted(unknown)[0]!r}; known: {', '.join(COMPONENTS)}")
    for name in COMPONENTS:
        if name in left_out:
            continue
        if name in nlp.pipe_names:
            raise PipelineError(f"the pipeline has a component {name!r} already")
        defaults = nlp.get_factory_meta(name).default_config or {}
        config = {key: _jsonable(values[key]) for key in defaults if key in values}
        nlp.add_pipe(name, config=config)
    return nlp


def load(*, nlp: Language | None = None, config: str | Path | None = None, warm: bool = False, **settings: Any) -> Extractor:
    """Build an Extractor.

    Args:
        nlp: a pipeline of your own whose components are used as they are; default: ours.
        config: a TOML file with settings.
        warm: make every first call now (ONNX session, gazetteer, unit tables), so that the first document is not slower. The first time
            in a process, all objects that are there then are taken out of the garbage collector's rounds (`gc.freeze`).
        settings: see `conflict_extract.settings.Settings`.

    Raises:
        SettingsError: a setting is unknown or does not fit.
        ModelError: the bundled model is missing.
    """
    chosen = make_settings(config, **settings)
    with paused():
        if nlp is None:
            import spacy

            nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "conflict_extract.Tokenizer.v1"}}})
            add_to(nlp, chosen)
        extractor = Extractor(nlp, chosen)
        if warm:
            extractor.extract(WARM_TEXT, date="2024-01-02")
    if warm:
        keep_loaded()
    return extractor


WARM_TEXT = (
    "GENEVA, Jan 2 - At least 12 people were killed about 30 km from Goma on Monday, an official said. “We deny it,” the army's "
    "spokesman told reporters. The agency, which needs $20 million (€18 million), asked for 40 tonnes of food."
)

_default: Extractor | None = None
_lock = threading.Lock()


def default_extractor() -> Extractor:
    """The Extractor behind `extract`: made once, under a lock."""
    global _default
    if _default is None:
        with _lock:
            if _default is None:
                _default = load()
    return _default


def extract(text: str, *, date: DateLike = None, id: str | None = None, title: str | None = None) -> Report:
    """The claims of one document, by the default Extractor; see `Extractor.extract`."""
    return default_extractor().extract(text, date=date, id=id, title=title)


# -- small things -----------------------------------------------------------------------------------------
def iso_date(value: DateLike) -> str | None:
    """A document date as ISO text, or None.

    >>> iso_date("2024-03-18"), iso_date("2024-03-18T06:00:00Z"), iso_date(dt.date(2024, 3, 18)), iso_date(None)
    ('2024-03-18', '2024-03-18', '2024-03-18', None)

    Raises:
        DateError: it is not a date; the message says what arrived and what is possible.
    """
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        found = ISO_DATE.match(value.strip())
        if found:
            try:
                return dt.date.fromisoformat(found[0]).isoformat()
            except ValueError as error:
                raise DateError(f"date {value[:40]!r} does not exist ({error})") from error
        raise DateError(f"date must look like 'YYYY-MM-DD', got {value[:40]!r}")
    raise DateError(f"date must be a date, a string 'YYYY-MM-DD' or None, got {type(value).__name__}")


def as_document(item: str | Document | Mapping[str, Any]) -> Document:
    """A document mapping from a text or a mapping.

    Raises:
        InputError: unknown keys, or no text.
    """
    if isinstance(item, str):
        return {"text": item}
    if isinstance(item, Mapping):
        unknown = sorted(str(key) for key in item if key not in ("text", "date", "id", "title"))
        if unknown:
            raise InputError(f"unknown key {unknown[0]!r} in a document; possible: text, date, id, title")
        if "text" not in item:
            raise InputError("a document needs the key 'text'")
        return cast(Document, dict(item))
    raise TextTypeError(f"a document must be a string or a mapping with 'text', got {type(item).__name__}")


def _jsonable(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@lru_cache(maxsize=1)
def model_sha256() -> str | None:
    """The SHA-256 of the bundled encoder, or None when it is not there."""
    model = files("conflict_extract.model") / "encoder.onnx"
    return hashlib.sha256(model.read_bytes()).hexdigest() if model.is_file() else None


def _static_meta(nlp: Language, settings: Settings) -> dict[str, Any]:
    """The parts of `meta` that are the same for all documents of an Extractor."""
    tables = []
    named = settings.model_dump(mode="json")
    for key in ("actors", "places"):
        tables += [_user_table(path) for path in getattr(settings, key)]
        named[key] = [Path(path).name for path in getattr(settings, key)]
    if settings.countries:
        tables.append(_user_table(settings.countries))
        named["countries"] = Path(settings.countries).name
    return {
        "library": __version__,
        "model_sha256": model_sha256() if "conflict_encoder" in nlp.pipe_names else None,
        "lexicons_sha256": lexicons_sha256(),
        "user_tables": [table.model_dump() for table in tables],
        "settings": named,
    }


def _user_table(path: str) -> UserTable:
    return UserTable(name=Path(path).name, sha256=hashlib.sha256(Path(path).read_bytes()).hexdigest())


__all__ = ["Document", "Extractor", "Meta", "add_to", "default_extractor", "extract", "load", "make_doc", "prepare"]
