"""Corpora: files in, Parquet tables or JSON lines out, resumable; `run` is the door."""

from conflict_extract.deliver.batch.run import Options, Summary, run

__all__ = ["Options", "Summary", "run"]
