"""A large network learns first, then teaches the small one: ``python -m training.distill DATA OUT``.

DATA holds what ``training.preprocess`` and ``training.teacher`` wrote. The teacher is MPNet with the same heads; the student
sees the annotation and the teacher's distributions, half and half, also on words that were exchanged for like ones.
"""

import argparse
import json
import time
from pathlib import Path

import torch

from training.data import Data
from training.teacher import teacher
from training.train import fit, save, student


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--teacher-seconds", type=float, default=150.0)
    parser.add_argument("--student-seconds", type=float, default=300.0)
    parser.add_argument("--size", type=int, default=8192)
    parser.add_argument("--parts", type=Path, nargs="*", help="files of training.teacher")
    parser.add_argument("--start", type=Path, help="weights that the student starts from; default: MiniLM")
    parser.add_argument("--keep", type=Path, help="where the teacher is kept; it is not trained again when it is there")
    parser.add_argument("--deadline", type=float, default=1e12, help="Unix time by which all must be done")
    parser.add_argument("--eager", action="store_true", help="do not record steps as CUDA graphs")
    args = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = True
    t0 = time.time()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    args.out.mkdir(parents=True, exist_ok=True)
    data = Data(args.data, device)
    labels = json.loads((args.data / "labels.json").read_text(encoding="utf-8"))
    torch.manual_seed(7)
    small = student(data, args.data, labels, args.start)
    large = teacher(args.parts or sorted(args.data.glob("teacher.*.npz")), labels).to(device)
    print(f"loaded {time.time() - t0:.0f}s", flush=True)
    common = {"steps": 10**9, "size": args.size, "recorded": not args.eager}
    figures = {}
    if args.keep and args.keep.exists():
        large.load_state_dict(torch.load(args.keep, map_location=device))
    else:
        figures["teacher"] = fit(large, data, args.out, seconds=args.teacher_seconds, rate=1.2e-4, head_rate=1.2e-3, decay=0.9,
                                 seed=11, log="teacher", average=0.998, **common)  # fmt: skip
        if args.keep:
            torch.save(large.state_dict(), args.keep)
    large.eval()
    for p in large.parameters():
        p.requires_grad_(False)
    if device == "cuda":
        torch.cuda.empty_cache()
    data.neighbours(small.encoder.word.weight)
    left = args.deadline - time.time()
    figures["student"] = fit(small, data, args.out, seconds=min(args.student_seconds, left), rate=6e-4, head_rate=3e-3, decay=0.9, seed=12,
                             log="student", teachers=[large], average=0.9993, **common)  # fmt: skip
    save(small, args.out, "student")
    (args.out / "figures.json").write_text(json.dumps(figures), encoding="utf-8")
    print(f"all {time.time() - t0:.0f}s", flush=True)


if __name__ == "__main__":
    main()
