"""The pager of a terminal, for text that is longer than its screen."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Final

PAGER: Final = "less"
OPTIONS: Final = r"-FRX -Psspace\: more, q\: end$"
"""What git gives less: end if it fits, show colours, leave the text on the screen; and a prompt that
says how to go on, in place of a bare colon.
"""


class HeldOutput(io.StringIO):
    """Text for a terminal that is held until it is known how long it is."""

    def isatty(self) -> bool:
        return True


@contextmanager
def paged(*, wanted: bool = True) -> Iterator[None]:
    """Show text that is printed meanwhile in $PAGER if it is longer than the screen of a terminal."""
    if not (wanted and sys.stdout.isatty()):
        yield
        return
    held = HeldOutput()
    try:
        with redirect_stdout(held):
            yield
    finally:
        text = held.getvalue()
        if text.count("\n") < shutil.get_terminal_size().lines or not _page(text):
            sys.stdout.write(text)
            sys.stdout.flush()


def _page(text: str) -> bool:
    """Show text in the pager. Return whether there is one."""
    command = shlex.split(os.environ.get("PAGER", PAGER))
    if not command or command == ["cat"] or not shutil.which(command[0]):
        return False
    sys.stdout.flush()
    environment = {**os.environ, "LESS": os.environ.get("LESS", OPTIONS)}
    subprocess.run(  # noqa: S603  # the user's own pager
        command,
        input=text.encode("utf-8", "replace"),
        env=environment,
        check=False,
    )
    return True
