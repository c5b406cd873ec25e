// The colours of the editor: the page's own tokens, which reach into its shadow root.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const PANEL = {
  color: "var(--ink)",
  backgroundColor: "var(--panel)",
  border: "1px solid var(--hair)",
  borderRadius: "8px",
};

const frame = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--panel)", fontSize: "12px" },
  "&.cm-focused": { outline: "none" }, // the host has the ring
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": {
    color: "var(--soft)",
    backgroundColor: "var(--panel)",
    border: "none",
    paddingLeft: "6px",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "var(--blue-wash)" },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--wash)",
    outline: "1px solid var(--soft)",
  },
  ".cm-tooltip": PANEL,
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--ink)",
    backgroundColor: "var(--blue-wash)",
    outline: "1px solid var(--focus)",
  },
  ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal" },
  ".cm-completionInfo": { maxWidth: "26rem", padding: "8px 10px" },
  ".cm-diagnostic": { fontFamily: "var(--sans)", padding: "6px 10px" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--contested)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--contested)",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--amber)",
  },
});

const words = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword], color: "var(--violet)" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--amber)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--green)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--blue)" },
  { tag: [tags.typeName, tags.className], color: "var(--blue)" },
  { tag: tags.propertyName, color: "var(--ink)" },
  { tag: tags.attributeName, color: "var(--soft)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
]);

export const theme = [frame, syntaxHighlighting(words)];
