"""What the configurations of trainings have in common: their fields as a dict, and as a hash."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
from functools import cache, cached_property
from typing import ClassVar, Self

import numpy as np

# Raised when the meaning of a stored run changes; older records are then trained anew.
SCHEMA = 1
_IN_ORDER = json.JSONEncoder(sort_keys=True)


class Configuration:
    """Base of the frozen dataclasses that hold every choice of one training.

    ``kind`` sets the keys of one class apart from those of another; runs on the SRHM have none.
    """

    statuses: ClassVar[tuple[str, ...]]  # how such a training may end
    kind: ClassVar[str | None] = None
    # Fields that records may lack, being older: at their defaults they leave the key as it was.
    added: ClassVar[tuple[str, ...]] = ()
    # Fields whose value was not given but follows from others; each instance may have its own.
    resolved: ClassVar[frozenset[str]] = frozenset()

    @cached_property
    def key(self) -> str:
        """Hash of all fields and the schema number: the name under which the run is stored."""
        kind = {} if self.kind is None else {"kind": self.kind}
        old = self.added_defaults()
        fields = {n: x for n, x in self.as_dict().items() if n not in old or x != old[n]}
        text = _IN_ORDER.encode({"schema": SCHEMA, **kind, **fields})
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    @cache
    def names(cls) -> tuple[str, ...]:
        """The names of all fields, in the order of their declaration."""
        return tuple(field.name for field in dataclasses.fields(cls))

    @classmethod
    @cache
    def seeds(cls) -> tuple[str, ...]:
        """The names of the fields that are seeds."""
        return tuple(name for name in cls.names() if name.startswith("seed_"))

    @classmethod
    @cache
    def needed(cls) -> tuple[str, ...]:
        """The names of the fields without a default."""
        fields = dataclasses.fields(cls)
        return tuple(field.name for field in fields if field.default is dataclasses.MISSING)

    @classmethod
    @cache
    def added_defaults(cls) -> dict:
        """What the fields that a record may lack were when it was made: their defaults."""
        return {f.name: f.default for f in dataclasses.fields(cls) if f.name in cls.added}

    def as_dict(self) -> dict:
        """All fields, resolved, in the order of their declaration."""
        return {name: getattr(self, name) for name in self.names()}

    def replace(self, **changes) -> Self:
        """A copy with some fields changed; those that were resolved follow the others anew."""
        given = {n: x for n, x in self.as_dict().items() if n not in self.resolved}
        return self.from_dict({**given, **changes})

    @classmethod
    def from_dict(cls, values: dict) -> Self:
        """The configuration with these fields; an unknown one is an error that names it."""
        known = cls.names()
        for name in values:
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ValueError(
                    f"Unknown field {name!r} of a run; known are {', '.join(known)}{hint}"
                )
        missing = [name for name in cls.needed() if values.get(name) is None]
        if missing:
            raise ValueError(f"A run needs a value for {' and '.join(missing)}.")
        return cls(**values)


def check_bool(name: str, value) -> bool:
    """``value`` as a bool (NumPy's too), or a ValueError that names it."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be True or False, not {value!r}.")
    return bool(value)
