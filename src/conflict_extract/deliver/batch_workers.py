"""The worker processes of a batch run. A module of its own that imports little, so that the first worker loads while the rest does."""

from __future__ import annotations

from conflict_extract.pool import Pool
from conflict_extract.settings import Settings

HANDLER = "conflict_extract.deliver.batch.work:BlockHandler"


def workers(settings: Settings, *, count: int, chunk: int, timeout: float | None, reports: bool, no_text: bool) -> Pool:
    """A pool whose `map` turns chunks of records into Arrow blocks; its first worker is loading already.

    Args:
        settings: of the Extractors.
        count: worker processes.
        chunk: most records sent to a worker at once.
        timeout: seconds a document may take, or None.
        reports: put each Report's JSON into the rows of `documents`.
        no_text: without the article's words.
    """
    options = {"reports": reports, "no_text": no_text}
    pool = Pool(settings, processes=count, chunk=chunk, timeout=timeout, factory=HANDLER, options=options, bare=True)
    pool.hire()
    return pool
