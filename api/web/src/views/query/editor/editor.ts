// Editors of GraphQL and JSON in shadow roots, where their styles need no leave of the page's policy.
import { autocompletion, closeBrackets, completionStatus } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { type Diagnostic, linter, setDiagnostics } from "@codemirror/lint";
import { type Extension, Prec } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { graphql as graphqlMode, updateSchema } from "cm6-graphql";
import type { GraphQLSchema } from "graphql";
import type { Place } from "../asking/operations";
import { theme } from "./theme";

export interface Editor {
  text(): string;
  /** Puts another text in place of the whole, unless it is there already. */
  replace(text: string): void;
  /** Completes and checks by this schema from now on. */
  complete(schema: GraphQLSchema): void;
  /** Marks the places of errors; none takes the marks away. */
  mark(errors: readonly { message: string; place: Place }[]): void;
  /** Goes to a place. */
  goto(place: Place): void;
  destroy(): void;
}

export interface Options {
  language: "graphql" | "json";
  label: string;
  text: string;
  changed(text: string): void;
  /** Ctrl+Enter or ⌘+Enter. */
  run(): void;
  /** Escape, when nothing of the editor is open that it would close. */
  leave(): void;
}

const LANGUAGES: Record<Options["language"], () => Extension> = {
  graphql: () => graphqlMode(),
  json: () => [json(), linter((view) => (view.state.doc.length ? jsonParseLinter()(view) : []))],
};

/** Makes an editor inside a host, which gets a shadow root. */
export function editor(host: HTMLElement, options: Options): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    doc: options.text,
    extensions: [
      keys(options),
      lineNumbers(),
      history(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      autocompletion(),
      LANGUAGES[options.language](),
      // Tab is not bound: it goes on to what comes after the editor.
      keymap.of([...defaultKeymap, ...historyKeymap]),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": options.label }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) options.changed(update.state.doc.toString());
      }),
      theme,
    ],
  });
  return {
    text: () => view.state.doc.toString(),
    replace(text) {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    complete: (schema) => updateSchema(view, schema),
    mark(errors) {
      const found = errors.map(({ message, place }) => diagnostic(view, message, place));
      view.dispatch(setDiagnostics(view.state, found));
    },
    goto(place) {
      const at = offset(view, place);
      view.focus();
      view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
    },
    destroy: () => view.destroy(),
  };
}

function keys({ run, leave }: Options): Extension {
  return Prec.highest(
    keymap.of([
      {
        key: "Mod-Enter",
        run: () => {
          run();
          return true;
        },
      },
      {
        key: "Escape",
        run: (view) => {
          if (completionStatus(view.state)) return false; // closes the completion
          leave();
          return true;
        },
      },
    ]),
  );
}

/** The offset of a place, of which GraphQL counts lines and columns from 1; within the text. */
function offset({ state: { doc } }: EditorView, { line, column }: Place): number {
  const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(found.from + Math.max(column, 1) - 1, found.to);
}

/** The mark of an error: from its place to the end of the word there. */
function diagnostic(view: EditorView, message: string, place: Place): Diagnostic {
  const from = offset(view, place);
  const word = /^[$@]?\w+/.exec(view.state.sliceDoc(from, from + 200))?.[0] ?? "";
  const to = Math.min(from + (word.length || 1), view.state.doc.length);
  return { from: Math.min(from, to), to, severity: "error", message };
}
