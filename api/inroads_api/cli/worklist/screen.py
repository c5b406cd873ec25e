"""The full-screen queue of a review campaign."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar, Final

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from inroads.errors import InroadsError
from inroads.review import ReviewError, Verdict
from inroads.review.values import LONGEST, checked_line
from inroads.text import many, printable
from inroads_api.cli.worklist.dialogs import HelpDialog, LineDialog
from inroads_api.cli.worklist.filtering import parsed, written
from inroads_api.cli.worklist.proof import lines
from inroads_api.cli.worklist.session import Session

KEYS: Final = " k keep  r revoke  u unsure  j skip  z undo  m mark  f filter  ? help  q quit"
_STYLES: Final = {
    "title": "bold",
    "doubt": "magenta",
    "head": "bold",
    "more": "italic",
}
_INDENTED: Final = {"path": "  • ", "record": "  - ", "more": "    "}
_ASKED: Final = {
    Verdict.KEEP: "Keep",
    Verdict.REVOKE: "Revoke",
    Verdict.UNSURE: "Unsure about",
}
_BAR: Final = 20


class Worklist(App[None]):
    """A queue of items: one key decides one item, and the next one shows.

    The colours are those of the terminal, so that a light one stays light; NO_COLOR is respected.
    """

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: ansi_default; color: ansi_default; }
    #head, #filter, #keys { height: 1; padding: 0 1; }
    #keys { padding: 0; }
    #head { text-style: bold; }
    #keys { text-style: reverse; }
    #note { height: auto; max-height: 3; padding: 0 1; color: ansi_magenta; }
    #body { height: 1fr; border-top: solid ansi_bright_black; border-bottom: solid ansi_bright_black;
            padding: 0 1; scrollbar-size-vertical: 1; }
    #body, .dialog { scrollbar-color: ansi_bright_black; scrollbar-background: ansi_default;
            scrollbar-color-hover: ansi_bright_black; scrollbar-background-hover: ansi_default;
            scrollbar-color-active: ansi_bright_black; scrollbar-background-active: ansi_default; }
    HelpDialog { align: center middle; background: ansi_default; }
    LineDialog { align: center bottom; background: transparent; }
    .dialog { width: 72; max-width: 100%; height: auto; max-height: 100%; padding: 1 2;
              border: round ansi_bright_black; background: ansi_default; }
    .dialog .title { text-style: bold; }
    LineDialog .dialog { width: 100%; border: none; border-top: solid ansi_bright_black; padding: 0 1; }
    LineDialog Static { height: auto; max-height: 3; }
    .dialog Input { background: ansi_default; color: ansi_default; }
    .dialog Input > .input--selection, .dialog Input > .input--cursor {
            background: ansi_default; color: ansi_default; text-style: reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("k", "decide('KEEP')", "keep"),
        ("r", "decide('REVOKE')", "revoke"),
        ("u", "decide('UNSURE')", "unsure"),
        ("K", "decide_many('KEEP')", "keep all"),
        ("R", "decide_many('REVOKE')", "revoke all"),
        ("U", "decide_many('UNSURE')", "unsure of all"),
        ("j,space", "skip", "skip"),
        ("z", "undo", "undo"),
        ("m", "mark", "mark"),
        ("f,slash", "narrow", "filter"),
        ("e", "expand", "whole proof"),
        ("question_mark", "help", "help"),
        ("q", "quit", "quit"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(ansi_color=True)
        self.session = session
        self.note = ""
        self._why = ""
        self._whole = False

    def compose(self) -> ComposeResult:
        yield Static(id="head")
        yield Static(id="filter")
        with VerticalScroll(id="body"):
            yield Static(id="item")
        yield Static(id="note")
        # Blanks, so that the whole line is reversed.
        yield Static(Text(KEYS.ljust(500), no_wrap=True, overflow="crop"), id="keys")

    def on_mount(self) -> None:
        self.query_one("#body").focus()
        self._show()

    def on_resize(self) -> None:
        self._show(self.note)

    # ---- keys

    def action_decide(self, verdict: str) -> None:
        item, said = self.session.item, Verdict(verdict)
        if item is None:
            self._show("Nothing is left to decide here. f changes the filter, q leaves.")
        elif said is Verdict.KEEP:
            self._try(partial(self._decide, said, ""))
        else:
            title = f"{_ASKED[said]} item {item.number}, {item.access.who}: why?"
            self._ask_why(title, said, partial(self._decide, said))

    def action_decide_many(self, verdict: str) -> None:
        said, numbers = Verdict(verdict), self.session.targets()
        if not numbers:
            self._show("No item is marked, and none is left under this filter.")
            return
        narrowed = "undecided under this filter" if written(self.session.chosen) else "undecided"
        which = "marked" if self.session.marks else narrowed
        title = f"{_ASKED[said]} {many(len(numbers), 'item')}, all {which}: why?"
        self._ask_why(title, said, partial(self._decide_many, numbers, said))

    def action_skip(self) -> None:
        self._try(self.session.skip)

    def action_mark(self) -> None:
        self._try(self.session.mark)

    def action_undo(self) -> None:
        self._try(self._undo)

    def action_expand(self) -> None:
        self._whole = not self._whole
        self._show(self.note)

    def action_help(self) -> None:
        self.push_screen(HelpDialog())

    def action_narrow(self) -> None:
        hint = "role: certainty: state: contested: business: identity: account: or a text; empty for all"
        dialog = LineDialog("Filter", written(self.session.chosen), hint, parsed)
        self.push_screen(dialog, self._narrow)

    # ---- what they do

    def _ask_why(self, title: str, verdict: Verdict, decide: Callable[[str], str]) -> None:
        needed = verdict is not Verdict.KEEP
        hint = "Enter decides, Escape does not." + ("" if needed else " The reason may be empty.")
        check = partial(checked_line, what="the reason", longest=LONGEST, needed=needed)
        value = self._why if needed else ""

        def answered(why: str | None) -> None:
            if why is not None:
                self._why = why or self._why
                self._try(partial(decide, why))

        self.push_screen(LineDialog(title, value, hint, check), answered)

    def _decide(self, verdict: Verdict, why: str) -> str:
        number = self.session.item.number if self.session.item else 0
        self.session.decide(verdict, why)
        return f"Item {number}: {verdict.lower()}. z takes it back."

    def _decide_many(self, numbers: list[int], verdict: Verdict, why: str) -> str:
        done = self.session.decide_many(numbers, verdict, why)
        rest = len(numbers) - done
        others = f" {many(rest, 'item')} had a decision by then and kept it." if rest else ""
        return f"{many(done, 'item')}: {verdict.lower()}. z takes it back.{others}"

    def _undo(self) -> str:
        done = self.session.undo()
        return f"Taken back: {many(done, 'item')}." if done else "There is nothing to take back."

    def _narrow(self, text: str | None) -> None:
        if text is not None:
            self._try(partial(self.session.narrow, parsed(text)))

    def _try(self, act: Callable[[], str | None]) -> None:
        """Do something and show the result, or why it was refused."""
        try:
            told = act() or ""
        except ReviewError as error:
            told = f"Not taken: {error.message}."
        except InroadsError as error:
            told = f"Not taken: {error.message}. Nothing is lost; try again."
        self._show(told)

    # ---- what is shown

    def _show(self, note: str = "") -> None:
        """Show the item and the progress, of one state of the ledger."""
        try:
            with self.session.campaign.ledger.still():
                self._draw(note)
        except InroadsError as error:
            told = f"{note} The ledger cannot be read: {error.message}. Nothing is lost; try again."
            self._put("note", Text(printable(told.strip())))

    def _draw(self, note: str) -> None:
        session, self.note = self.session, note
        total, undecided = session.total, session.undecided
        self._put("head", _cropped(_head(session, total, undecided)))
        filter_ = written(session.chosen)
        left = session.left if filter_ else undecided
        marked = f" · {len(session.marks)} marked" if session.marks else ""
        told = f"filter: {filter_ or 'none'} · {left:,} to decide{marked}"
        self._put("filter", _cropped(told))
        self._put("note", Text(printable(note)))
        self._put("item", self._item(total, undecided))
        self.query_one("#body").scroll_home(animate=False)

    def _put(self, name: str, text: Text) -> None:
        self.query_one(f"#{name}", Static).update(text, layout=name in ("item", "note"))

    def _item(self, total: int, undecided: int) -> Text:
        item = self.session.item
        if item is None:
            rest = "in this campaign" if not undecided else "under this filter (f)"
            return Text(f"Nothing is left to decide {rest}.", style="bold")
        marked = ", marked" if item.number in self.session.marks else ""
        shown = Text(f"Item {item.number} of {total:,}{marked}\n")
        for line in lines(item, self.session.peers, whole=self._whole):
            if line.kind == "head":
                shown.append("\n")
            text = Text(line.text, style=_STYLES.get(line.kind, ""))
            if line.kind in _INDENTED:
                text = self._indented(text, _INDENTED[line.kind])
            shown.append_text(text).append("\n")
        return shown

    def _indented(self, text: Text, mark: str) -> Text:
        """Wrap a text so that its further lines begin where the first one does."""
        width = max(20, self.query_one("#body").scrollable_content_region.width - len(mark) - 1)
        wrapped = Text("\n" + " " * len(mark)).join(text.wrap(self.console, width))
        return Text.assemble(mark, wrapped)


def _head(session: Session, total: int, undecided: int) -> str:
    done = total - undecided
    full = round(_BAR * done / total) if total else _BAR
    bar = "█" * full + "░" * (_BAR - full)
    return f"{bar} {done:,} of {total:,} decided · {session.campaign.name} · {session.by}"


def _cropped(text: str) -> Text:
    return Text(printable(text), no_wrap=True, overflow="ellipsis")
