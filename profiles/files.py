"""Reads the files of a district: text in UTF-8, YAML without a key twice, data of a known shape.

Raises :class:`ProfileError`, one line that names the file, the place and the remedy.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from profiles.mistakes import ProfileError, first_mistake

Model = TypeVar("Model", bound=BaseModel)

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same YAML, read ten times as fast where libyaml is at hand."""


def shaped(model: type[Model], file: str, data: object, under: str = "") -> Model:
    try:
        return model.model_validate(data, extra="forbid")
    except ValidationError as invalid:
        raise first_mistake(file, data, invalid, under) from None


def read_yaml(path: Path, file: str) -> dict[str, Any]:
    text = read_text(path, file)
    try:
        _refuse_double_keys(file, yaml.compose(text, Loader=_Loader))
        data = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        raise ProfileError(
            file,
            f":{mark.line + 1}" if mark else "",
            "不是正确的 YAML，请检查这一行前后的缩进、冒号和引号",
            "not valid YAML; check indentation, colons and quotes about this line",
        ) from None
    if not isinstance(data, dict):
        raise ProfileError(
            file, "", "文件是空的或不是“键: 值”，请补全", "empty, or not “key: value”; complete it"
        )
    return data


def read_text(path: Path, file: str) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError:
        raise ProfileError(
            file, "", "读不到这个文件，请核对文件夹", "cannot be read; check the folder"
        ) from None
    except UnicodeDecodeError:
        raise ProfileError(
            file, "", "不是 UTF-8 文字，请另存为 UTF-8", "not UTF-8 text; save it as UTF-8"
        ) from None


def _refuse_double_keys(file: str, node: yaml.Node | None) -> None:
    """YAML keeps the last of two equal keys without a word; here a lost line is a lost rule."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            text = str(key.value)
            if text in seen:
                raise ProfileError(
                    file,
                    f":{key.start_mark.line + 1}",
                    f"“{text}”写了两次，请合并",
                    f"“{text}” stands twice; join the two",
                )
            seen.add(text)
            _refuse_double_keys(file, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_double_keys(file, item)
