"""The bundled network at work: one unpadded window a run; what it says about each word of a document."""

import json
import threading
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conflict_extract.annotate._decode import Chain, Floats, leading_to, tree
from conflict_extract.annotate._pieces import Pieces, Space, arrays, gap
from conflict_extract.annotate._windows import LIMIT, pack, paragraphs, slide
from conflict_extract.errors import ModelError
from conflict_extract.settings import opt_out

MODEL = Path(__file__).parent.parent / "model"
_TAGS = ("xpos", "upos", "feats")
_EMITTED = ("ner", "role")
PARAGRAPH, BLANK = int(Space.PARAGRAPH), int(Space.BLANK)
#: What most words have before them.
COMMON = {"": int(Space.GLUED), " ": BLANK}
#: Rows of a product of matrices. One of more than 2^18 multiplications is shared out to threads by numpy's OpenBLAS, and on a busy
#: machine waiting for them takes longer than the network.
ROWS = 16
OUTPUTS = [*_TAGS, "sent", *_EMITTED, "arc", "rel_dep", "rel_head", "link_cue", "link_other"]
#: A name stands when it is more likely than not.
LIKELY = 0.5
#: The lead of "no name" (natural log) that parts the search. None of 3,736 names of UNER EWT dev, GUM dev and WikiGold (120 documents
#: of each at most) changes by it, one did in 94 other texts.
SURE_NO_NAME = 6.0
#: A mention of this probability keeps its label whatever other mentions of the name have.
SURE_NAME = 0.9
STOPS = frozenset(".?!")
CLOSING = frozenset({'"', "”", "''", "’", "»"})
#: After a full stop that is a word of its own, a blank and a capital a sentence starts unless the network is sure (9 to 1) that none does.
#: All 1,412 such places in the development treebanks but two are starts.
AFTER_STOP = -2.2
#: So many windows are searched for names and attribution side by side.
TOGETHER = 32
#: Sources and contents that a cue is linked with at most, the most probable ones. A cue of an article has fewer; one of a text that says
#: the same over and over is linked with everything around it.
MOST_LINKS = 16
Name = tuple[int, int, str, float]


@dataclass
class Reading:
    """What the network says about the words of a document (those that have word pieces).

    Attributes:
        tags: per layer (xpos, upos, feats) the label index of each word.
        starts: true where a sentence starts.
        heads: index of each word's head, its own at a root.
        relations: label index.
        names, spans: (first, last + 1, label, probability).
        links: (index of a cue in ``spans``, index of a source or content, probability).
    """

    tags: dict[str, NDArray[np.int64]]
    starts: NDArray[np.bool_]
    heads: NDArray[np.int64]
    relations: NDArray[np.int64]
    names: list[tuple[int, int, str, float]] = field(default_factory=list)
    spans: list[tuple[int, int, str, float]] = field(default_factory=list)
    links: list[tuple[int, int, float]] = field(default_factory=list)


class Reader:
    """Loads the model's tables at once and its graph when it is first used; safe to call from many threads.

    Args:
        folder: where ``encoder.onnx``, ``decoder.json``, ``labels.json`` and ``vocabulary.txt`` are.
        threads: threads of one run.

    Raises:
        ModelError: a file is missing or broken.
    """

    def __init__(self, folder: Path = MODEL, threads: int = 1) -> None:
        self.folder, self.threads = folder, threads
        try:
            self.labels: dict[str, list[str]] = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
            scores = json.loads((folder / "decoder.json").read_text(encoding="utf-8"))
            self.pieces = Pieces(folder / "vocabulary.txt")
            self._chains = {
                "ner": Chain(self.labels["ner"], scores["crf"]["ner"], SURE_NO_NAME),
                "role": Chain(self.labels["attribution"], scores["crf"]["role"]),
            }
            self._rel = np.array(scores["relation"]["weight"], np.float32).T
            self._rel_bias = np.array(scores["relation"]["bias"], np.float32)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"the model in {folder} cannot be read: {error}") from error
        self.root = self.labels["deprel"].index("root")
        self._session: Any = None
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        state["_session"] = state["_lock"] = state["pieces"] = None
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()
        self.pieces = Pieces(self.folder / "vocabulary.txt")

    def session(self) -> Any:
        """Return this process's onnxruntime session."""
        if self._session is None:
            with self._lock:
                if self._session is None:
                    self._session = _open(self.folder / "encoder.onnx", self.threads)
        return self._session

    def read(
        self, words: Sequence[str], gaps: Sequence[str], ids: Sequence[tuple[int, ...]], given: NDArray[np.bool_] | None = None
    ) -> Reading:
        """Read a document.

        Args:
            words: forms, none of them without word pieces.
            gaps: the white space before each word (what comes before the first does not matter).
            ids: the word pieces of each word.
            given: true where a sentence starts, when that is known.
        """
        n = len(words)
        work = _Work(self, words, self.pieces.shapes(words), _spaces(words, gaps), ids, given)
        lengths = [len(p) for p in ids]
        breaks = [s == PARAGRAPH for s in work.spaces]
        parts = paragraphs(breaks)
        read: list[tuple[int, int]] = []
        for i, j in pack([sum(lengths[a:b]) for a, b in parts]):
            start, end = parts[i][0], parts[j - 1][1]
            if j - i == 1 and sum(lengths[start:end]) > LIMIT:
                for at, stop, keep in slide(words, lengths, start, end, work.starts_in):
                    work.take(at, stop, keep)
            else:
                work.take(start, end, end)
            read.append((start, end))
            if len(read) == TOGETHER:
                work.decode(read)
                read = []
        if read:
            work.decode(read)
        if given is not None:
            work.join(given)
        work.out.names = agree(words, work.out.names)
        assert len(work.out.heads) == n
        return work.out


def _open(path: Path, threads: int) -> Any:
    """Open an onnxruntime session on the CPU, with the library's telemetry off.

    From 1.32 on, onnxruntime writes a device id and an event file below the user's cache folder and sends events to its maker unless
    the environment says otherwise before the import. Whoever wants that sets ORT_DISABLE_TELEMETRY to 0. The graph is taken as it
    was exported: further fusions would join additions and normalisations into an operator that is slower than both.
    """
    off = opt_out("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    if off:
        onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ModelError(f"the model {path} cannot be opened: {error}") from error


def _spaces(words: Sequence[str], gaps: Sequence[str]) -> list[int]:
    out = [COMMON[g] if g in COMMON else int(gap(g, w)) for g, w in zip(gaps, words, strict=True)]
    out[:1] = [PARAGRAPH]
    return out


class _Work:
    """One document in progress."""

    def __init__(
        self, reader: Reader, words: Sequence[str], shapes: list[int], spaces: list[int], ids: Sequence[tuple[int, ...]],
        given: NDArray[np.bool_] | None,
    ) -> None:  # fmt: skip
        n = len(words)
        self.reader, self.words, self.shapes, self.spaces, self.ids, self.given = reader, words, shapes, spaces, ids, given
        index = {k: np.zeros(n, np.int64) for k in _TAGS}
        self.out = Reading(index, np.zeros(n, bool), np.arange(n), np.zeros(n, np.int64))
        self.emitted = {k: np.zeros((n, len(reader._chains[k].labels)), np.float32) for k in _EMITTED}
        self.vectors: dict[int, tuple[Floats, Floats]] = {}
        self.last: tuple[int, int, dict[str, Floats]] | None = None

    def run(self, start: int, end: int) -> dict[str, Floats]:
        """Run the network over a window; the last window's results are kept for whoever asks next."""
        if self.last is not None and self.last[:2] == (start, end):
            return self.last[2]
        spaces = [PARAGRAPH, *self.spaces[start + 1 : end]]
        pieces, form, space, first = arrays(self.reader.pieces, self.ids[start:end], self.shapes[start:end], spaces)
        feed = {"pieces": pieces, "form": form, "space": space, "first": first}
        found = self.reader.session().run(OUTPUTS, {k: np.array(v, np.int64) for k, v in feed.items()})
        out = dict(zip(OUTPUTS, found, strict=True))
        self.last = (start, end, out)
        return out

    def starts_in(self, start: int, end: int) -> list[int]:
        """Return the words of a window at which a sentence starts."""
        if self.given is not None:
            return [int(i) for i in start + np.flatnonzero(self.given[start:end])]
        sent = self.run(start, end)["sent"]
        lead = (sent[:, 1] - sent[:, 0]).tolist()
        return [
            i
            for i, more in enumerate(lead, start)
            if more > 0 or self.spaces[i] == PARAGRAPH or (more > AFTER_STOP and i > start and self._after_stop(i))
        ]

    def _after_stop(self, i: int) -> bool:
        """Tell whether a capital follows a full stop (or the like) and a blank; the mark may stand inside a closing quotation mark."""
        if self.spaces[i] != BLANK or not self.words[i][0].isupper():
            return False
        before = self.words[i - 1]
        if before in CLOSING and i > 1:
            before = self.words[i - 2]
        return before in STOPS

    def take(self, start: int, end: int, keep: int) -> None:
        """Decide tags, sentences and trees of the words from ``start`` to ``keep`` by the window ``start`` to ``end``."""
        got = self.run(start, end)
        width = keep - start
        for k in _TAGS:
            self.out.tags[k][start:keep] = got[k][:width].argmax(1)
        for k in _EMITTED:
            self.emitted[k][start:keep] = got[k][:width]
        begins = sorted({start, *(i for i in self.starts_in(start, end) if i < keep)})
        self.out.starts[begins] = True
        self._trees(got, start, begins, keep)
        role = self.emitted["role"][start:keep]
        likely = np.flatnonzero(role[:, 1::2].max(1) > role.max(1) - 5).tolist()
        cues, others = got["link_cue"], got["link_other"]
        self.vectors.update({start + i: (cues[i], others[i]) for i in likely})

    def _trees(self, got: dict[str, Floats], base: int, begins: list[int], keep: int) -> None:
        """Build the trees of the sentences that begin at ``begins``; name the relations of all of them."""
        arc, width = got["arc"], keep - base
        sizes = np.diff([*begins, keep])
        sentence = np.repeat(np.arange(len(begins)), sizes)
        scores = np.where(sentence[:, None] == sentence, arc[:width, 1 : width + 1], np.float32(-1e9))
        np.fill_diagonal(scores, -1e9)
        lead = arc[:width, 0].astype(np.float64) - scores.max(1)
        heads = scores.argmax(1)
        firsts = [start - base for start in begins]
        root = np.array([a + int(lead[a : a + n].argmax()) for a, n in zip(firsts, sizes.tolist(), strict=True)])
        heads[root] = root
        for i in np.unique(sentence[leading_to(heads) != root[sentence]]).tolist():
            a, b = firsts[i], firsts[i] + int(sizes[i])
            heads[a:b] = a + tree(np.concatenate([arc[a:b, :1], arc[a:b, a + 1 : b + 1]], 1))
        roots = heads == np.arange(width)
        rows = np.where(roots, 0, heads + 1)
        dep, head = got["rel_dep"][:width], got["rel_head"][rows]
        half = dep.shape[1] // 2
        mixed = np.concatenate([_gelu(dep[:, :half] + head[:, :half]), dep[:, half:] * head[:, half:]], 1)
        rel = np.concatenate([mixed[i : i + ROWS] @ self.reader._rel for i in range(0, width, ROWS)]) + self.reader._rel_bias
        rel[:, self.reader.root] = -1e9
        named = rel.argmax(1)
        named[roots] = self.reader.root
        self.out.heads[base:keep] = base + heads
        self.out.relations[base:keep] = named

    def decode(self, parts: list[tuple[int, int]]) -> None:
        """Find names, attribution spans and links in neighbouring ranges of words, each of whole paragraphs."""
        chains = self.reader._chains
        start, end = parts[0][0], parts[-1][1]
        within = [(a - start, b - start) for a, b in parts]
        new_paragraph = np.array([s == PARAGRAPH for s in self.spaces[start:end]])
        closed = new_paragraph | self.out.starts[start:end]
        for a, b, kind, p in chains["ner"].decode(self.emitted["ner"][start:end], closed, within):
            if p >= LIKELY:
                self.out.names.append((start + a, start + b, kind, p))
        base = len(self.out.spans)
        spans = chains["role"].decode(self.emitted["role"][start:end], new_paragraph, within)
        self.out.spans += [(start + a, start + b, kind, p) for a, b, kind, p in spans]
        firsts = [span[0] for span in self.out.spans[base:]]
        for a, b in parts:
            i, j = base + bisect_left(firsts, a), base + bisect_left(firsts, b)
            found = self.out.spans[i:j]
            cues = [k for k, span in enumerate(found) if span[2] == "cue" and span[0] in self.vectors]
            for k in range(0, len(cues), 64):
                self._link(i, cues[k : k + 64], found)
        self.vectors.clear()

    def _link(self, base: int, cues: list[int], found: list[tuple[int, int, str, float]]) -> None:
        """Score neighbouring cues with the sources and contents around them."""
        low, high = found[cues[0]][0] - LIMIT, found[cues[-1]][0] + LIMIT
        others = [i for i, s in enumerate(found) if s[2] != "cue" and low <= s[0] <= high and s[0] in self.vectors]
        if not others:
            return
        left = np.stack([self.vectors[found[i][0]][0] for i in cues])
        right = np.stack([self.vectors[found[j][0]][1] for j in others])
        half = left.shape[1] // 2
        by_kind = left[:, :half] @ right[:, :half].T, left[:, half:] @ right[:, half:].T
        is_source = np.array([found[j][2] == "source" for j in others])
        scores = np.where(is_source, *by_kind) / half**0.5
        chances = 1 / (1 + np.exp(-np.clip(scores, -50, 50)))
        for x, i in enumerate(cues):
            near = [y for y, j in enumerate(others) if chances[x, y] >= 0.05 and abs(found[j][0] - found[i][0]) <= LIMIT]
            if len(near) > MOST_LINKS:
                near = sorted(sorted(near, key=lambda y: -chances[x, y])[:MOST_LINKS])
            self.out.links += [(base + i, base + others[y], round(float(chances[x, y]), 4)) for y in near]

    def join(self, given: NDArray[np.bool_]) -> None:
        """Hang the parts of a given sentence that no window held whole on its first part's root."""
        cuts = np.flatnonzero(self.out.starts & ~given)
        parataxis = self.reader.labels["deprel"].index("parataxis")
        for cut in cuts.tolist():
            if cut == 0:
                continue
            stop = next((i for i in range(cut + 1, len(given)) if self.out.starts[i]), len(given))
            own = next(i for i in range(cut, stop) if self.out.heads[i] == i)
            first = next((i for i in range(cut - 1, -1, -1) if self.out.heads[i] == i), None)
            if first is not None:
                self.out.heads[own], self.out.relations[own] = first, parataxis
            self.out.starts[cut] = False


def agree(words: Sequence[str], names: Sequence[Name]) -> list[Name]:
    """Give a name one label in a document: that of the most probable mentions of the same form, where a mention is not sure itself.

    On development data F1 of names rises by 0.9 (GUM) and 0.6 (WikiGold) and falls by 0.5 (UNER EWT: mail and forum threads).

    Args:
        words: the document's words.
        names: (first, last + 1, label, probability).
    """
    votes: dict[tuple[str, ...], dict[str, float]] = {}
    for a, b, kind, p in names:
        held = votes.setdefault(tuple(words[a:b]), {})
        held[kind] = held.get(kind, 0.0) + p
    best = {form: max(sorted(held), key=held.__getitem__) for form, held in votes.items()}
    return [(a, b, best[tuple(words[a:b])] if p < SURE_NAME else kind, p) for a, b, kind, p in names]


def _gelu(x: Floats) -> Floats:
    """GELU by the error function (Abramowitz and Stegun 7.1.26, error below 1.5e-7)."""
    z = np.abs(x) * np.float32(0.70710678)
    t = 1 / (1 + np.float32(0.3275911) * z)
    poly = t * 1.061405429
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        poly += factor
        poly *= t
    erf = np.copysign(1 - poly * np.exp(-z * z), x)
    out: Floats = 0.5 * x * (1 + erf)
    return out


__all__ = ["MODEL", "Reader", "Reading"]
