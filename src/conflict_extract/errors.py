"""Every error that the library raises on purpose.

::

    ConflictExtractError
    ├── InputError            (also ValueError)  the text, date, title or id given cannot be used
    │   ├── TextTypeError     (also TypeError)   the text is not a string
    │   ├── TextTooLongError                     the text is longer than `max_chars`
    │   ├── DateError                            the document date cannot be read
    │   └── TextMismatchError                    a text does not belong to this report
    ├── SettingsError         (also ValueError)  a setting is unknown or has a bad value
    ├── LexiconError          (also ValueError)  a table of ours or of the user's has a bad line
    ├── PipelineError         (also RuntimeError) a component misses what it needs from another
    ├── ModelError            (also RuntimeError) the bundled model is missing or broken
    ├── GoldError             (also ValueError)  an evaluation file cannot be read
    ├── TableError            (also ValueError)  a table cannot be written (a value is too long for a cell …)
    ├── BatchError            (also RuntimeError) a batch run cannot start or go on
    │   └── DocumentTimeoutError                 one document took longer than its deadline
    └── MissingExtraError     (also ImportError) an optional dependency is not installed
"""

from __future__ import annotations


class ConflictExtractError(Exception):
    """Base of all errors of this library."""


class InputError(ConflictExtractError, ValueError):
    """The text, date, title or id given cannot be used."""


class TextTypeError(InputError, TypeError):
    """The text is not a string."""


class TextTooLongError(InputError):
    """The text is longer than the setting `max_chars`."""


class DateError(InputError):
    """The document date cannot be read."""


class TextMismatchError(InputError):
    """A text does not belong to this report."""


class SettingsError(ConflictExtractError, ValueError):
    """A setting is unknown or has a bad value."""


class LexiconError(ConflictExtractError, ValueError):
    """A table of ours or of the user's has a bad line."""


class PipelineError(ConflictExtractError, RuntimeError):
    """A component misses what it needs from another."""


class ModelError(ConflictExtractError, RuntimeError):
    """The bundled model is missing or broken."""


class GoldError(ConflictExtractError, ValueError):
    """An evaluation file cannot be read."""


class TableError(ConflictExtractError, ValueError):
    """A table cannot be written."""


class BatchError(ConflictExtractError, RuntimeError):
    """A batch run cannot start or go on."""


class DocumentTimeoutError(BatchError):
    """One document took longer than its deadline."""


class MissingExtraError(ConflictExtractError, ImportError):
    """An optional dependency is not installed; the message says what to install."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is needed for this; install it with: pip install 'conflict-extract[{extra}]'")
        self.package = package
        self.extra = extra
