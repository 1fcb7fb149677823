"""The page of licences names every dependency, with the licence that the installed package states."""

import doctest
import re
from importlib.metadata import PackageNotFoundError

import pytest

pytest.importorskip("packaging")

from docs import licences

ROWS = dict(re.findall(r"^\| (\S+) \| [^|]+ \| ([^|]+?) \|", licences.PAGE.read_text(encoding="utf-8"), re.M))


def test_every_package_of_pyproject_is_listed():
    assert licences.direct().keys() <= ROWS.keys()


@pytest.mark.parametrize("name", sorted(licences.direct()))
def test_the_licence_is_the_stated_one(name):
    try:
        stated = licences.licence(name)
    except PackageNotFoundError:
        return  # an extra that is not installed here
    assert stated and ROWS[name].startswith(stated)


def test_indirect_dependencies_have_a_licence():
    indirect = ROWS.keys() - licences.direct().keys()
    assert {"thinc", "regex", "num2words"} <= indirect
    assert all(ROWS[name] not in ("", "UNKNOWN", "None") for name in indirect)


def test_doctests():
    assert doctest.testmod(licences).failed == 0
