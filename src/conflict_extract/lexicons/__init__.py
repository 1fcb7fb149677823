"""Lexicon tables, their models and the loader."""
