"""Lemmas from forms and tags, by rule: irregular forms from a table, regular endings taken off, a list of verbs decides.

`conflict_encoder` sets lemmas itself; `conflict_lemmatizer` sets them in other pipelines that have XPOS and UPOS tags.
The tables are cut from `spacy-lookups-data` (made from WordNet) by `training/lemmas.py`.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate._tokens import forget_tokens
from conflict_extract.errors import ModelError, PipelineError

#: Forms of function words, by UPOS. Possessives are lemmas of their own in UD.
CLOSED: dict[str, dict[str, str]] = {
    "AUX": {
        "am": "be", "is": "be", "are": "be", "was": "be", "were": "be", "been": "be", "being": "be", "'m": "be", "'re": "be",
        "'s": "be", "has": "have", "had": "have", "having": "have", "'ve": "have", "'d": "would", "does": "do", "did": "do",
        "'ll": "will", "ca": "can", "wo": "will", "sha": "shall", "ai": "be", "got": "get", "gets": "get", "getting": "get",
    },
    "PRON": {
        "me": "I", "i": "I", "him": "he", "them": "they", "us": "we", "'em": "they", "'s": "we", "these": "this", "those": "that",
        "mine": "my",
    },
    "DET": {"an": "a", "these": "this", "those": "that"},
    "PART": {"n't": "not", "nt": "not", "na": "to", "ta": "to", "'": "'s", "s": "'s"},
    "VERB": {"'s": "be", "'re": "be", "'m": "be", "'ve": "have", "'d": "have", "am": "be", "are": "be", "gon": "go", "wan": "want"},
    "NOUN": {"species": "species", "troops": "troops", "regards": "regards", "thanks": "thanks", "etc": "etc.", "series": "series"},
    "ADJ": {"further": "far", "farther": "far"},
    "ADV": {"further": "far", "farther": "far"},
}  # fmt: skip
_VERB = (("ies", "y"), ("es", "e"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""))
_NOUN = (("ies", "y"), ("ves", "f"), ("ves", "fe"), ("men", "man"), ("es", "e"), ("es", ""), ("s", ""))
_ADJ = (("ier", "y"), ("iest", "y"), ("er", "e"), ("est", "e"), ("er", ""), ("est", ""))
_HISSING = ("ses", "xes", "zes", "ches", "shes")


class Lemmas:
    """Looks lemmas up.

    Raises:
        ModelError: the table is missing or broken.
    """

    def __init__(self) -> None:
        try:
            raw = json.loads(files("conflict_extract.model").joinpath("lemmas.json").read_text(encoding="utf-8"))
            self._irregular: dict[str, dict[str, str]] = raw["irregular"]
            self._known = {k: frozenset(v.split()) for k, v in raw["known"].items()}
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"the table of lemmas cannot be read: {error}") from error
        self.of: Callable[[str, str, str], str] = lru_cache(maxsize=50_000)(self._of)

    def __reduce__(self) -> tuple[type["Lemmas"], tuple[()]]:
        return Lemmas, ()

    def _of(self, form: str, upos: str, xpos: str) -> str:
        """Return the lemma of a form with its UPOS and Penn tag."""
        low = form.lower().replace("’", "'")
        if xpos in ("NNP", "NNPS") and upos != "PROPN":
            return form
        if low == "her" and xpos == "PRP":
            return "she"
        closed = CLOSED.get(upos, {}).get(low)
        if closed is not None and not (upos == "AUX" and low == "'d" and xpos == "VBD"):
            return closed
        if upos == "AUX" and low == "'d":
            return "have"
        if upos in ("VERB", "AUX"):
            return low if xpos in ("VB", "VBP", "MD") else self._verb(low)
        if upos == "NOUN":
            if form.isupper() and 1 < len(form) < 6:
                return form
            return self._noun(low) if xpos == "NNS" else low
        if upos == "PROPN":
            return form[:-1] if xpos == "NNPS" and len(form) > 3 and form.endswith("s") and not form.endswith("ss") else form
        if upos in ("ADJ", "ADV") and xpos in ("JJR", "JJS", "RBR", "RBS"):
            return self._compared(low, "adj" if upos == "ADJ" else "adv")
        if upos in ("PUNCT", "SYM", "X", "SPACE", ""):
            return form
        return low

    def _verb(self, low: str) -> str:
        found = self._irregular["verb"].get(low)
        if found is not None:
            return found
        forms = [low[: -len(end)] + new for end, new in _VERB if low.endswith(end) and len(low) > len(end) + 1]
        known = self._known["verb"]
        for form in forms:
            if form in known:
                return form
        for form in forms:
            if len(form) > 3 and form[-1] == form[-2] and form[:-1] in known:
                return form[:-1]
        return self._guess(low, forms)

    @staticmethod
    def _guess(low: str, forms: list[str]) -> str:
        """Return the likeliest base of a verb that the list does not have."""
        if not forms:
            return low
        bare = forms[-1]
        if low.endswith(("ies", "ied")):
            return forms[0]
        if low.endswith(_HISSING):
            return low[:-2]
        if low.endswith("s"):
            return low[:-1]
        if len(bare) > 3 and bare[-1] == bare[-2] and bare[-1] not in "lsz":
            return bare[:-1]
        return bare + "e" if bare.endswith(("at", "iz", "is", "v", "c", "u", "ur", "g")) and not bare.endswith("ng") else bare

    def _noun(self, low: str) -> str:
        found = self._irregular["noun"].get(low)
        if found is not None:
            return found
        known = self._known["noun"]
        if low.endswith(("ves", "men", "ies", "oes", *_HISSING)):
            for end, new in _NOUN:
                if low.endswith(end) and low[: -len(end)] + new in known:
                    return low[: -len(end)] + new
            if low.endswith("ies") and len(low) > 4:
                return low[:-3] + "y"
            if low.endswith("men"):
                return low[:-3] + "man"
            if low.endswith((*_HISSING, "oes")):
                return low[:-2]
        return low[:-1] if low.endswith("s") and len(low) > 2 and not low.endswith(("ss", "us")) else low

    def _compared(self, low: str, kind: str) -> str:
        found = self._irregular[kind].get(low) or self._irregular["adj"].get(low)
        if found is not None:
            return found
        for end, new in _ADJ:
            form = low[: -len(end)] + new
            if low.endswith(end) and (new == "y" or (new == "e" and form in self._known["adj"])):
                return form
        for end in ("er", "est"):
            if low.endswith(end) and len(low) > len(end) + 2:
                bare = low[: -len(end)]
                return bare[:-1] if bare[-1] == bare[-2] and bare[-1] not in "ls" else bare
        return low


@lru_cache(maxsize=1)
def lemmas() -> Lemmas:
    """Return the tables, read once a process."""
    return Lemmas()


class ConflictLemmatizer:
    """Sets `lemma_` from `pos_` and `tag_` (UPOS and Penn tags)."""

    def __call__(self, doc: Doc) -> Doc:
        """Set the lemmas of a Doc and return it.

        Raises:
            PipelineError: the Doc has no tags.
        """
        if len(doc) and not (doc.has_annotation("TAG") and doc.has_annotation("POS")):
            raise PipelineError("conflict_lemmatizer needs tags: add conflict_encoder or a tagger before it")
        look = lemmas().of
        for token in doc:
            token.lemma_ = look(token.text, token.pos_, token.tag_)
        forget_tokens(doc)
        return doc


@Language.factory("conflict_lemmatizer", requires=["token.tag", "token.pos"], assigns=["token.lemma"])
def make_lemmatizer(nlp: Language, name: str) -> ConflictLemmatizer:
    """Make the component."""
    return ConflictLemmatizer()
