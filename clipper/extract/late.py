"""trafilatura, loaded when a page needs it, and of what it imports only what reading a page calls.

The downloader, the date finder, the last resort (justext) and what they stand on are most of the time
that importing trafilatura takes (91 ms with them, 25 without). In the worker, modules stand in for them:
each name is a class that loads the real thing when it is called or looked into. Elsewhere,
where other code may import the same libraries, nothing is replaced.
"""

from __future__ import annotations

import sys
from glob import escape, glob
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["stand_in", "trafilatura"]

VERSIONS = "importlib.metadata"
LATE = (
    *("backports.zstd", "charset_normalizer", "courlan", "htmldate", "trafilatura.downloads", "urllib3"),
    *("urllib3.response", "justext.core", "justext.utils"),
    VERSIONS,
)


class _Late(type):
    """The class of the names in a stand-in: knows where the real one lives."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_real(cls), name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return _real(cls)(*args, **kwargs)


class _StandIn(ModuleType):
    """A module that has every name, and loads none of them yet."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        late = _Late(name, (), {"__module__": self.__name__})
        setattr(self, name, late)
        return late


class _Versions(_StandIn):
    """`importlib.metadata`, of which trafilatura wants to know its own version: 8 ms."""

    @staticmethod
    def version(name: str) -> str:
        """What the name of the folder beside the package says, else what the real module says."""
        for folder in sys.path:
            for found in glob(f"{escape(folder)}/{name}-*.dist-info"):
                return found.removesuffix(".dist-info").rpartition("-")[2]
        return str(_Late("version", (), {"__module__": "importlib.metadata"})(name))


def stand_in() -> None:
    """From now on, modules stand in for what trafilatura imports: for a process that does nothing but read."""
    for name in LATE:
        if name not in sys.modules:
            _put(name, (_Versions if name == VERSIONS else _StandIn)(name))


def trafilatura() -> ModuleType:
    """The module trafilatura. Where another version cannot be imported like this, everything is imported.

    Its expressions are made quicker where modules stand in for others, and so nobody else uses it.
    """
    found = sys.modules.get("trafilatura")
    if found is not None:
        return found
    alone = any(isinstance(sys.modules.get(name), _StandIn) for name in LATE)
    try:
        found = import_module("trafilatura")
    except (AttributeError, ImportError, TypeError):
        _clear()
        for name in [name for name in sys.modules if name.partition(".")[0] in ("trafilatura", "justext")]:
            del sys.modules[name]
        found = import_module("trafilatura")
    if alone:
        from clipper.extract.remembered import remember

        remember(import_module("trafilatura.xpaths"))
    return found


def _clear() -> None:
    """Take the stand-ins away; names that were taken from them stay good."""
    for name in LATE:
        if isinstance(sys.modules.get(name), _StandIn):
            _put(name, None)


def _put(name: str, stand_in: ModuleType | None) -> None:
    """Put a stand-in where `import` looks, and where `package.module` looks; None takes it away."""
    above, _, last = name.rpartition(".")
    package = sys.modules.get(above)
    if stand_in is not None:
        sys.modules[name] = stand_in
        if package is not None:
            setattr(package, last, stand_in)
        return
    del sys.modules[name]
    if package is not None and last in vars(package):
        delattr(package, last)


def _real(late: _Late) -> Any:
    _clear()
    return getattr(import_module(late.__module__), late.__name__)
