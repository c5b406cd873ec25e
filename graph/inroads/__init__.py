"""Inroads: which businesses can this email reach, and how?

>>> import inroads
>>> g = inroads.load(inroads.EXAMPLE)
>>> print(g.access("b@example.com", "account:Xr82w").explanation.independent_routes)
2
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inroads.public import *  # noqa: F403  # its names are this package's names
else:

    def __getattr__(name: str) -> object:
        """Import all public names when one is first used, so that a submodule alone is quick."""
        public = import_module("inroads.public")
        if name == "__all__" or name in public.__all__:
            return getattr(public, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return [*globals(), *__getattr__("__all__")]
