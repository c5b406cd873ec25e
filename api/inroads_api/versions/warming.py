"""The thread that makes limited views of a new version before they are asked for."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from inroads_api.versions.limited import LimitedVersionsByBusinesses

log = logging.getLogger(__name__)

SECONDS: Final = 60.0
"""The longest time for the views of one version."""

REST: Final = 1.0
"""The pause after each view, as a multiple of the time it took: requests are not to wait."""


class Warmer(threading.Thread):
    """A thread that makes cached views anew whenever it is woken, since the graph has changed.

    Another version ends the work for the one before.
    """

    def __init__(self, views: LimitedVersionsByBusinesses) -> None:
        super().__init__(name="inroads-warmer", daemon=True)
        self._views = views
        self._woken, self._stopped = threading.Event(), threading.Event()

    def wake(self) -> None:
        """Make the views of the version that is served now."""
        self._woken.set()

    def stop(self) -> None:
        """Stop after the view that is being made."""
        self._stopped.set()
        self._woken.set()

    def run(self) -> None:
        """Make views until stopped."""
        while not self._stopped.is_set():
            self._woken.wait()
            self._woken.clear()
            try:
                self.warm()
            except Exception as error:  # noqa: BLE001  # this thread goes on; a request makes a missing view
                log.error("no limited view was made ahead: %s", type(error).__name__)

    def warm(self) -> None:
        """Make the cached views anew, the last used first."""
        until = time.monotonic() + SECONDS
        for chosen in self._views.recent():
            if self._stopped.is_set() or self._woken.is_set() or time.monotonic() > until:
                return
            begun = time.monotonic()
            self._views.renew(chosen)
            self._woken.wait(REST * (time.monotonic() - begun))
