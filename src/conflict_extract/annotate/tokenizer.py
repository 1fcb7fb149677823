"""spaCy's English tokenizer, made linear: runs of characters without white space are cut before it sees them.

spaCy's tokenizer looks for prefixes and suffixes of a run again and again; 10,000 exclamation marks take it 12 seconds.
A run of more than 100 characters is therefore cut every 100 characters. Other text is tokenised as spaCy does it, but for quotation
marks with no blank beside them, as scraped pages have them (``said:"We left."He``), and for mail addresses in angle brackets behind a name:
they are tokens of their own.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from spacy.lang.tokenizer_exceptions import URL_PATTERN
from spacy.language import Language, create_tokenizer
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, registry

#: Longest run without white space that spaCy's tokenizer is given, in characters.
MAX_RUN = 100

_MARK = '"“”„«»'
#: Double quotation marks inside of a run, the stop or comma before one, the bracket of a mail address. A mark behind a figure stands for inches.
INFIXES = (
    rf"(?<=[^\W\d_])[{_MARK}]",
    rf"(?<=[.,:;!?])[{_MARK}](?=[^\W_])",
    rf"(?<!\d)[{_MARK}](?=[^\W\d_])",
    rf"(?<=[^\W_])[.,:;!?](?=[{_MARK}][^\W_])",
    r"<(?=\S+@)",
)
#: spaCy's pattern of links and mail addresses, but for runs with a quotation mark or an angle bracket.
_LINK = re.compile(r'(?u)(?!\S*["<>])' + URL_PATTERN)

_RUN = re.compile(rf"\S{{{MAX_RUN + 1},}}")


class ConflictTokenizer:
    """Wraps a spaCy tokenizer; see the module. Everything but the call is passed on to it.

    Args:
        inner: the tokenizer that does the work.
    """

    def __init__(self, inner: Tokenizer) -> None:
        self.inner = inner

    @property
    def vocab(self) -> Any:
        """The vocabulary that the tokens are stored in."""
        return self.inner.vocab

    def __call__(self, text: str) -> Doc:
        """Return a Doc whose text is ``text``."""
        if _RUN.search(text) is None:
            doc: Doc = self.inner(text)
            return doc
        words: list[str] = []
        spaces: list[bool] = []
        for part in _parts(text):
            for token in self.inner(part):
                words.append(token.text)
                spaces.append(bool(token.whitespace_))
        return Doc(self.inner.vocab, words=words, spaces=spaces)

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterator[Doc]:
        """Tokenise texts one after the other."""
        for text in texts:
            yield self(text)

    def __reduce__(self) -> tuple[Any, ...]:
        return ConflictTokenizer, (self.inner,)

    def to_bytes(self, **kwargs: Any) -> bytes:
        """Serialise the inner tokenizer."""
        return bytes(self.inner.to_bytes(**kwargs))

    def from_bytes(self, data: bytes, **kwargs: Any) -> "ConflictTokenizer":
        """Restore what :meth:`to_bytes` wrote."""
        self.inner.from_bytes(data, **kwargs)
        return self

    def to_disk(self, path: str | Path, **kwargs: Any) -> None:
        """Write the inner tokenizer to a file."""
        self.inner.to_disk(path, **kwargs)

    def from_disk(self, path: str | Path, **kwargs: Any) -> "ConflictTokenizer":
        """Read what :meth:`to_disk` wrote."""
        self.inner.from_disk(path, **kwargs)
        return self


def _parts(text: str) -> Iterator[str]:
    """Cut a text so that no part has a long run, and so that tokenising the parts loses and adds no white space."""
    at = 0
    for run in _RUN.finditer(text):
        start, end = run.span()
        if start > at:
            yield text[at:start]
        while end - start > MAX_RUN:
            yield text[start : start + MAX_RUN]
            start += MAX_RUN
        at = end + 1 if text[end : end + 1] == " " else end
        yield text[start:at]
    if at < len(text):
        yield text[at:]


@registry.tokenizers("conflict_extract.Tokenizer.v1")  # type: ignore[untyped-decorator]
def make_tokenizer() -> Callable[[Language], ConflictTokenizer]:
    """Return the function that builds the tokenizer for a pipeline from its language's defaults."""
    make = create_tokenizer()

    def build(nlp: Language) -> ConflictTokenizer:
        inner = make(nlp)
        inner.infix_finditer = compile_infix_regex([*INFIXES, *(nlp.Defaults.infixes or ())]).finditer
        inner.url_match = _LINK.match
        return ConflictTokenizer(inner)

    return build
