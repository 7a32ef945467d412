"""YAML in which everything is what it looks like: plain decimal numbers, and no key twice.

YAML 1.1, as PyYAML reads it, makes 1000 of 16:40, 8 of 010, False of no, a date of 2024-01-01, and
keeps the last of two equal keys. Here they are words, which no field of a run takes for a number.
"""

from __future__ import annotations

import re
from typing import ClassVar

import yaml

MOST_DIGITS = 19  # of an integer: those of 2^63; what is longer is no count of anything
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)$")
_REAL = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$")


class StrictLoader(yaml.SafeLoader):
    """As `yaml.SafeLoader`, with the scalars of JSON."""

    yaml_implicit_resolvers: ClassVar[dict] = {}

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for i, key in enumerate(keys):
            if key in keys[:i]:
                self._refuse(node.value[i][0], f"the key {key!r} is there twice")
        return super().construct_mapping(node, deep)

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):  # a few of them can stand for billions of values
            self._refuse(self.peek_event(), "aliases (*name) have no meaning here")
        return super().compose_node(parent, index)

    def construct_whole(self, node) -> int | float:
        few = len(node.value.lstrip("+-")) <= MOST_DIGITS
        return int(node.value) if few else float(node.value)

    def construct_real(self, node) -> float:
        return float(node.value)

    def _refuse(self, node, problem: str):
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


for _tag, _pattern, _first in (
    ("int", _WHOLE, "-+0123456789"),
    ("float", _REAL, "-+.0123456789"),
    ("bool", re.compile(r"(true|false)$"), "tf"),
    ("null", re.compile(r"(null|~|)$"), ["n", "~", ""]),
):
    StrictLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, list(_first))
StrictLoader.add_constructor("tag:yaml.org,2002:int", StrictLoader.construct_whole)
StrictLoader.add_constructor("tag:yaml.org,2002:float", StrictLoader.construct_real)
