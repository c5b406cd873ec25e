"""The dialogs of the queue: a line of text, and help."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from inroads.errors import InroadsError
from inroads.text import printable

HELP: Final = """\
k keep   r revoke   u unsure   a reason is asked for r and u;
                               Enter takes the last one again
j, space next item             z       take the last decision back
m        mark this item        K R U   decide all marked items, or
                                       all that match the filter,
                                       for one reason
f, /     filter                e       whole proof, or less
↑ ↓      scroll                q       leave: all is kept

A filter is words: role:owner certainty:inferred state:latent
contested:yes business:77128 identity:712052 account:zDmNq
Any other word is a part of a name, an email or an id.

A decision is on the disk before the next item shows. Nobody is
overruled unseen: what somebody else decided meanwhile is shown.\
"""


class LineDialog(ModalScreen[str | None]):
    """A dialog that asks for a line of text; Escape gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "Cancel")]

    def __init__(
        self, title: str, value: str, hint: str, check: Callable[[str], object] = printable
    ) -> None:
        """`check` raises InroadsError for a line that is not taken; the dialog shows it."""
        super().__init__()
        self._title, self._value, self._hint, self._check = title, value, hint, check

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            title = Text(printable(self._title), no_wrap=True, overflow="ellipsis")
            yield Static(title, classes="title")
            yield Input(self._value, compact=True)
            yield Static(Text(printable(self._hint)), id="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            self._check(event.value)
        except InroadsError as error:
            self.query_one("#hint", Static).update(Text(printable(error.message)))
        else:
            self.dismiss(event.value)


class HelpDialog(ModalScreen[None]):
    """All keys and what they do; any of Escape, q, Enter and ? leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,question_mark,enter", "dismiss", "Close"),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog"):
            yield Static(Text(HELP))
