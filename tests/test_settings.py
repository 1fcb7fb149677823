"""Settings: precedence, names, values, what `info` lists."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from conflict_extract.errors import ConflictExtractError, SettingsError
from conflict_extract.settings import Settings, make_settings

ROOT = Path(__file__).resolve().parent.parent


def test_precedence(tmp_path: Path) -> None:
    """File, then environment, then arguments; each only for the names that it gives."""
    file = tmp_path / "settings.toml"
    file.write_text("threads = 2\nmax_chars = 1000\nnarrated = false\n", encoding="utf-8")
    environ = {
        "CONFLICT_EXTRACT_CONFIG": str(file),
        "CONFLICT_EXTRACT_THREADS": "3",
        "CONFLICT_EXTRACT_MAX_CHARS": "2000",
        "PATH": "/bin",
    }
    settings = make_settings(environ=environ, threads=4)
    assert (settings.threads, settings.max_chars, settings.narrated) == (4, 2000, False)
    assert settings.min_confidence == Settings().min_confidence


def test_config_argument_wins_over_the_variable(tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text("threads = 2\n", encoding="utf-8")
    two.write_text("threads = 5\n", encoding="utf-8")
    assert make_settings(two, environ={"CONFLICT_EXTRACT_CONFIG": str(one)}).threads == 5


def test_defaults() -> None:
    assert make_settings(environ={}) == Settings()


def test_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings().threads = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        ({"thread": 2}, "threads"),
        ({"max_char": 2}, "max_chars"),
        ({"narated": True}, "narrated"),
        ({"day_first": True}, "dayfirst"),
    ],
)
def test_unknown_name_names_the_nearest(arguments: dict[str, Any], near: str) -> None:
    with pytest.raises(SettingsError, match=f"did you mean '{near}'"):
        make_settings(environ={}, **arguments)


def test_unknown_name_without_a_near_one_lists_all() -> None:
    with pytest.raises(SettingsError, match="known: max_chars"):
        make_settings(environ={}, zzzzqq=1)


def test_unknown_name_in_file_and_environment_says_where(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text("thread = 2\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"bad\.toml.*threads"):
        make_settings(file, environ={})
    with pytest.raises(SettingsError, match=r"CONFLICT_EXTRACT_THREAD.*threads"):
        make_settings(environ={"CONFLICT_EXTRACT_THREAD": "2"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("threads", 0), ("threads", "many"), ("max_chars", -1), ("min_confidence", 1.5), ("min_confidence", float("nan")), ("dayfirst", "perhaps"),
        ("money_default", "dollar"), ("actors", 7), ("countries", 7),
    ],
)  # fmt: skip
def test_bad_value_names_setting_and_value(name: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        make_settings(environ={}, **{name: value})
    assert "got" in str(caught.value)


@pytest.mark.parametrize("content", [b"threads = ", b"\xff\xfe", b"[tool]\nthreads = 2\n"])
def test_bad_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"x\.toml"):
        make_settings(file, environ={})


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read the settings file"):
        make_settings(tmp_path / "none.toml", environ={})


def test_environment_values() -> None:
    settings = make_settings(
        environ={
            "CONFLICT_EXTRACT_ACTORS": "a.jsonl:b.jsonl",
            "CONFLICT_EXTRACT_DAYFIRST": "none",
            "CONFLICT_EXTRACT_NARRATED": "false",
            "CONFLICT_EXTRACT_MONEY_DEFAULT": "",
        }
    )
    assert settings.actors == ("a.jsonl", "b.jsonl")
    assert settings.dayfirst is None
    assert settings.narrated is False
    assert settings.money_default is None


def test_variables_that_are_no_settings() -> None:
    assert make_settings(environ={"CONFLICT_EXTRACT_TESTS_STRICT": "1"}) == Settings()


def test_one_path_is_a_tuple(tmp_path: Path) -> None:
    assert make_settings(environ={}, actors=tmp_path / "a.jsonl").actors == (str(tmp_path / "a.jsonl"),)


def test_errors_are_ours_and_value_errors() -> None:
    assert issubclass(SettingsError, ConflictExtractError)
    assert issubclass(SettingsError, ValueError)


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"`{name}`" in page
        assert f"CONFLICT_EXTRACT_{name.upper()}" in page


def test_info_lists_every_setting() -> None:
    from typer.testing import CliRunner

    from conflict_extract.deliver.cli import app

    result = CliRunner().invoke(app, ["info"])
    assert result.exit_code == 0, result.output
    for name in Settings.model_fields:
        assert name in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"actors": 3}, "setting actors: .*got 3"),
        ({"threads": 0}, "setting threads: .*got 0"),
        ({"thread": 2}, "did you mean 'threads'"),
        ({"min_confidence": float("nan")}, "setting min_confidence"),
    ],
)
def test_the_class_itself_raises_our_error(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings(**arguments)


def test_one_file_stands_for_a_tuple(tmp_path: Path) -> None:
    assert Settings(actors="x.jsonl") == Settings(actors=("x.jsonl",)) == make_settings(environ={}, actors=Path("x.jsonl"))
    file = tmp_path / "settings.toml"
    file.write_text('actors = "x.jsonl"\n', encoding="utf-8")
    assert make_settings(file, environ={}).actors == ("x.jsonl",)


def test_settings_survive_copy_pickle_and_dump() -> None:
    settings = Settings(threads=3, actors=("x.jsonl",))
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert settings.model_copy() == settings
    assert Settings(**settings.model_dump()) == Settings.model_validate(settings.model_dump(mode="json")) == settings
