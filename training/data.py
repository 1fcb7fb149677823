"""Windows and batches from the arrays of ``training.preprocess``, assembled on the device."""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from conflict_extract.annotate._pieces import AS_LOWER, AS_TITLE, AS_UPPER, Space
from conflict_extract.annotate._windows import LIMIT, pack

FAR = 9999
#: Cue pairs of a window that are learned from at most, and sizes of recorded batches in pieces.
PAIRS = 24
SIZES = (32, 64, 96, 144, 192)
Window = tuple[int, int]


class Data:
    """All documents, flat, on one device.

    Args:
        folder: where ``data.npz`` and ``vocabulary.txt`` are.
        device: a torch device.
    """

    def __init__(self, folder: Path, device: str) -> None:
        raw = dict(np.load(folder / "data.npz"))
        self.device = device
        self.docset = raw["docset"]
        self.doc_start = np.concatenate([[0], np.cumsum(raw["doc_words"])])
        self.lengths = raw["lengths"].astype(np.int64)
        self.piece_start = np.concatenate([[0], np.cumsum(self.lengths)])
        self.space_np, self.sent_np = raw["space"], raw["sent"]
        pad = 512
        cols = {k: np.concatenate([raw[k].astype(np.int64), np.zeros(pad, np.int64)]) for k in
                ("shape", "space", "xpos", "upos", "feats", "deprel", "head", "sent", "ner", "role")}  # fmt: skip
        self.col = {k: torch.from_numpy(v).to(device) for k, v in cols.items()}
        self.pieces = torch.from_numpy(np.concatenate([raw["pieces"].astype(np.int64), np.zeros(pad * 12, np.int64)])).to(device)
        self.starts = torch.from_numpy(np.concatenate([self.piece_start, np.full(pad, self.piece_start[-1])])).to(device)
        owner = np.repeat(np.arange(len(self.lengths)), self.lengths)
        self.owner = torch.from_numpy(np.concatenate([owner, np.zeros(pad * 12, np.int64)])).to(device)
        pairs = raw["pairs"]
        self.pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
        vocabulary = (folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
        ids = {p: i for i, p in enumerate(vocabulary)}
        self.vocabulary = vocabulary[: int(raw["vocabulary"].size)]
        self.near: Tensor | None = None
        self.cls, self.sep, self.unk, self.mask = (ids[k] for k in ("[CLS]", "[SEP]", "[UNK]", "[MASK]"))
        self.quotes = ids['"'], ids["“"], ids["”"]
        self.original = torch.from_numpy(raw["vocabulary"].astype(np.int64)).to(device)
        self.paragraphs = [self._paragraphs(d) for d in range(len(self.docset))]
        self.lut = [torch.tensor(t, device=device) for t in (AS_LOWER, AS_UPPER, AS_TITLE)]
        self.bits = torch.arange(16, device=device)

    def _paragraphs(self, doc: int) -> list[Window]:
        """Return a document's paragraphs; longer ones than a window are cut at sentence starts, else where they must be."""
        a, b = int(self.doc_start[doc]), int(self.doc_start[doc + 1])
        at = [a, *(a + 1 + np.flatnonzero(self.space_np[a + 1 : b] == Space.PARAGRAPH)).tolist(), b]
        out: list[Window] = []
        for s, e in itertools.pairwise(at):
            while self.piece_start[e] - self.piece_start[s] > LIMIT:
                stop = int(np.searchsorted(self.piece_start, self.piece_start[s] + LIMIT, side="right")) - 1
                stop = max(stop, s + 1)
                inner = np.flatnonzero(self.sent_np[s + 1 : stop] == 1)
                stop = s + 1 + int(inner[-1]) if len(inner) else stop
                out.append((s, stop))
                s = stop
            out.append((s, e))
        return out

    def windows(self, sets: dict[int, int], rng: random.Random | None) -> list[Window]:
        """Return windows of the documents of some sets, each set as often as asked.

        Without ``rng`` they are those of inference; with it, how much is packed into a window is drawn for each document.
        """
        out: list[Window] = []
        for doc, kind in enumerate(self.docset.tolist()):
            for _ in range(sets.get(kind, 0)):
                parts = self.paragraphs[doc]
                limit = LIMIT
                if rng is not None:
                    draw = rng.random()
                    limit = LIMIT if draw < 0.5 else rng.randint(40, LIMIT) if draw < 0.7 else 0
                if kind in (12,) and rng is None:
                    limit = 0
                sizes = [int(self.piece_start[e] - self.piece_start[s]) for s, e in parts]
                out.extend((parts[i][0], parts[j - 1][1]) for i, j in pack(sizes, limit))
        return out

    def batches(self, windows: list[Window], size: int, rng: random.Random | None) -> Iterator[list[Window]]:
        """Group windows of like length into batches of at most ``size`` padded pieces, in random order with ``rng``."""

        def length(w: Window) -> int:
            return int(self.piece_start[w[1]] - self.piece_start[w[0]])

        noise = rng.random if rng is not None else (lambda: 0.0)
        order = sorted(windows, key=lambda w: length(w) + 12 * noise())
        groups: list[list[Window]] = []
        now: list[Window] = []
        longest = 0
        for w in order:
            longest = max(longest, length(w) + 2)
            if now and longest * (len(now) + 1) > size:
                groups.append(now)
                now, longest = [], length(w) + 2
            now.append(w)
        groups.append(now)
        if rng is not None:
            rng.shuffle(groups)
        yield from groups

    def pack(self, windows: list[Window], pieces: int, words: int) -> Tensor:
        """Lay windows out as rows of numbers [windows, ROW]: see :meth:`unpack`, which takes a row apart.

        Args:
            windows: word ranges.
            pieces: columns for word pieces, with the two special ones; no window may have more.
            words: columns for words.
        """
        dev = self.device
        w = torch.tensor(windows, device=dev)
        p = self.starts[w]
        n_words, n_pieces = (w[:, 1] - w[:, 0])[:, None], (p[:, 1] - p[:, 0])[:, None]
        at = torch.arange(pieces, device=dev)[None] - 1
        inside = (at >= 0) & (at < n_pieces)
        index = (p[:, :1] + at.clamp_min(0)).clamp_max(len(self.pieces) - 1)
        own = torch.where(inside, self.owner[index], 0)
        piece = torch.where(inside, self.pieces[index], 0)
        piece[:, 0] = self.cls
        piece = torch.where(at == n_pieces, self.sep, piece)
        form = torch.where(inside, self.col["shape"][own], 0)
        space = torch.where(inside & (self.starts[own] == index), self.col["space"][own], int(Space.INSIDE))
        edge = (at <= 0) | (at == n_pieces)
        space = torch.where(edge, int(Space.PARAGRAPH), space)
        wat = torch.arange(words, device=dev)[None]
        mask = wat < n_words
        windex = (w[:, :1] + wat).clamp_max(len(self.col["shape"]) - 1)
        first = torch.where(mask, self.starts[windex.clamp_max(len(self.starts) - 1)] - p[:, :1] + 1, 0)
        columns = [piece, form, space, first]
        columns += [torch.where(mask, self.col[k][windex], -2) for k in ("xpos", "upos", "feats", "deprel")]
        sent = torch.where(mask, self.col["sent"][windex], -1)
        sent = torch.where((wat == 0) & (sent == 0), -1, sent)
        step = self.col["head"][windex]
        head = torch.where(step == 0, 0, wat + step + 1)
        fits = mask & (step != FAR) & (head >= 0) & (head <= n_words) & ((step == 0) | (head >= 1))
        columns += [sent, torch.where(fits, head, -2), self.col["ner"][windex], self.col["role"][windex]]
        owner = np.searchsorted(self.doc_start, [a for a, _ in windows], side="right") - 1
        kinds = torch.from_numpy(self.docset[owner].astype(np.int64)).to(dev)[:, None]
        tree = (self.col["sent"][windex[:, :1]] >= 0).long()
        pairs = torch.from_numpy(self._pairs(windows)).to(dev)
        return torch.cat([c.to(torch.int32) for c in [*columns, n_pieces, n_words, kinds, tree, pairs]], 1)

    def _pairs(self, windows: list[Window]) -> np.ndarray:
        """Return cue, other, kind and truth of up to PAIRS pairs of each window, -1 where there are fewer."""
        out = np.full((len(windows), 4, PAIRS), -1, np.int32)
        bounds = np.searchsorted(self.pairs[:, 0], windows)
        for i, ((a, b), (lo, hi)) in enumerate(zip(windows, bounds, strict=True)):
            if hi > lo:
                part = self.pairs[lo:hi]
                part = part[(part[:, 1] >= a) & (part[:, 1] < b)]
                part = part[np.argsort(-part[:, 3], kind="stable")][:PAIRS]
                out[i, 0, : len(part)], out[i, 1, : len(part)] = part[:, 0] - a, part[:, 1] - a
                out[i, 2:, : len(part)] = part[:, 2:].T
        return out.reshape(len(windows), -1)

    def unpack(self, rows: Tensor, pieces: int, words: int) -> dict[str, Tensor]:
        """Return the named arrays of :meth:`pack`'s rows: [windows, pieces], [windows, words]; names as sets of labels."""
        values = rows.long()
        sizes = [pieces] * 3 + [words] * 9 + [1] * 4 + [PAIRS] * 4
        parts = torch.split(values, sizes, 1)
        names = ("pieces", "form", "space", "first", "xpos", "upos", "feats", "deprel", "sent", "head", "ner", "role",
                 "n_pieces", "n_words", "set", "tree", "cue", "other", "kind", "linked")  # fmt: skip
        out = dict(zip(names, parts, strict=True))
        at = torch.arange(pieces, device=rows.device)[None] - 1
        out["piece_mask"] = at <= out["n_pieces"]
        out["word_mask"] = torch.arange(words, device=rows.device)[None] < out["n_words"]
        out["sent_id"] = torch.cumsum((out["sent"] == 1).long(), 1)
        out["ner"] = (out["ner"][:, :, None] >> self.bits[:9]) & 1 == 1
        out["role"] = (out["role"][:, :, None] >> self.bits[:7]) & 1 == 1
        return out

    def augment(self, batch: dict[str, Tensor]) -> None:
        """Change case, spacing and quotation marks of some windows, and hide some pieces, in place."""
        pieces, form, space = batch["pieces"], batch["form"], batch["space"]
        b, t = pieces.shape
        dev = pieces.device
        inside = torch.arange(t, device=dev)[None] - 1 < batch["n_pieces"]
        inside[:, 0] = False
        draw = torch.rand(b, 1, device=dev)
        for i, (low, high) in enumerate(((0.0, 0.05), (0.05, 0.08), (0.08, 0.10))):
            form = torch.where((draw >= low) & (draw < high), self.lut[i][form], form)
        straight, left, right = self.quotes
        draw = torch.rand(b, 1, device=dev)
        curl = torch.where((space == int(Space.GLUED)) | (space == int(Space.INSIDE)), right, left)
        pieces = torch.where((draw < 0.35) & (pieces == straight), curl, pieces)
        both = (pieces == left) | (pieces == right)
        pieces = torch.where((draw > 0.65) & both, straight, pieces)
        wide = (torch.rand(b, 1, device=dev) < 0.25) & (space == int(Space.GLUED))
        space = torch.where(wide, int(Space.BLANK), space)
        later = inside & (torch.arange(t, device=dev)[None] > 1)
        flat = (torch.rand(b, 1, device=dev) < 0.12) & (space == int(Space.PARAGRAPH)) & later
        space = torch.where(flat, int(Space.BLANK), space)
        if self.near is not None:
            batch["changed"] = torch.rand(b, 1, device=dev) < 0.4
            some = batch["changed"] & (torch.rand(b, t, device=dev) < 0.12) & inside
            pick = torch.randint(0, self.near.shape[1], (b, t), device=dev)
            pieces = torch.where(some, self.near[pieces, pick], pieces)
        batch["clean"] = pieces
        gone = inside & (torch.rand(b, t, device=dev) < 0.03)
        batch.update(pieces=torch.where(gone, self.mask, pieces), form=form, space=space)

    @torch.no_grad()
    def neighbours(self, table: Tensor, count: int = 12) -> None:
        """Let :meth:`augment` put pieces in the place of like ones: those nearest by the embeddings ``table``.

        Only words for words, word ends for word ends and numbers for numbers; short pieces and signs stay.
        """
        kind = torch.tensor([_kind(p) for p in self.vocabulary], device=table.device)
        unit = torch.nn.functional.normalize(table.float(), dim=1)
        own = torch.arange(len(unit), device=table.device)
        out = own[:, None].repeat(1, count)
        for start in range(0, len(unit), 2048):
            like = unit[start : start + 2048] @ unit.T
            like = like.masked_fill(kind[start : start + 2048, None] != kind[None], -2)
            value, at = like.topk(count + 1, 1)
            good = (value[:, 1:] > 0.3) & (kind[start : start + 2048, None] > 0)
            out[start : start + 2048] = torch.where(good, at[:, 1:], own[start : start + 2048, None])
        self.near = out

    def batch(self, windows: list[Window]) -> dict[str, Tensor]:
        """Return one batch as large as its largest window."""
        pieces = int(max(self.piece_start[b] - self.piece_start[a] for a, b in windows)) + 2
        words = max(b - a for a, b in windows)
        return self.unpack(self.pack(windows, pieces, words), pieces, words)

    def rounds(self, windows: list[Window], size: int, rng: random.Random) -> list[tuple[int, Tensor]]:
        """Return batches of fixed sizes for one epoch, in random order: (pieces, rows).

        Windows are sorted into sizes; a batch of a size has always the same number of rows, so that steps can be recorded
        once and replayed. What does not fill a batch is filled with windows drawn again.
        """
        found: dict[int, list[Window]] = {t: [] for t in SIZES}
        for w in windows:
            n = int(self.piece_start[w[1]] - self.piece_start[w[0]]) + 2
            found[next(t for t in SIZES if t >= n)].append(w)
        out: list[tuple[int, Tensor]] = []
        for t, group in found.items():
            if not group:
                continue
            count = max(1, size // t)
            rng.shuffle(group)
            group += [rng.choice(group) for _ in range(-len(group) % count)]
            rows = self.pack(group, t, t - 2)
            out.extend((t, rows[i : i + count]) for i in range(0, len(group), count))
        rng.shuffle(out)
        return out


def _kind(piece: str) -> int:
    """Return 0 for pieces that stay as they are, else the class within which they may be exchanged."""
    bare = piece.removeprefix("##")
    if bare.isdigit():
        return 1 if piece == bare else 2
    if not bare.isalpha() or len(piece) < 4 or piece in _FUNCTION:
        return 0
    return 3 if piece == bare else 4


_FUNCTION = frozenset(
    [
        "that",
        "this",
        "with",
        "from",
        "have",
        "they",
        "what",
        "were",
        "been",
        "when",
        "which",
        "there",
        "their",
        "would",
        "could",
        "should",
        "about",
        "into",
        "than",
        "then",
        "them",
        "these",
        "those",
        "some",
        "such",
        "only",
        "also",
        "just",
        "more",
        "most",
        "very",
        "will",
        "does",
        "did",
        "had",
        "has",
        "was",
        "are",
        "the",
        "and",
        "but",
        "for",
        "not",
        "you",
        "his",
        "her",
        "its",
        "our",
        "who",
        "how",
        "why",
        "where",
        "while",
        "because",
        "though",
        "although",
        "until",
        "since",
        "before",
        "after",
        "during",
        "against",
        "between",
        "among",
        "through",
        "without",
        "within",
        "upon",
        "over",
        "under",
        "above",
        "below",
        "said",
        "says",
    ]
)
