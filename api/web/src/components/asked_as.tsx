// The question of a view as GraphQL, as a command and as Python, each copied with one click.
import "./asked_as.css";
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import type { Document } from "../state/client";
import { fresh } from "../state/location";
import { Copy } from "./copy";

interface Props {
  document: Pick<Document<unknown, unknown>, "id" | "text">;
  variables: object;
  /** The command line that answers the same, without `inroads`. */
  command: string;
  /** The lines of Python that answer the same, where `g` is the explorer. */
  python: string;
}

const FORMS = ["GraphQL", "Command", "Python"] as const;
type Form = (typeof FORMS)[number];

export function AskedAs({ document, variables, command, python }: Props) {
  const id = useId();
  const chosen = useSignal<Form>("GraphQL");
  const panel = useRef<HTMLDivElement>(null);
  const texts: Record<Form, string> = {
    GraphQL: `${document.text.trim()}\n\n# variables\n${JSON.stringify(variables, null, 2)}`,
    Command: `inroads ${command}`,
    Python: python,
  };
  const editor = fresh({
    view: "query",
    text: document.id,
    variables: JSON.stringify(variables),
  });
  return (
    <section class="asked-as" aria-label="This question">
      <button type="button" class="quiet" popovertarget={id}>
        As GraphQL, command, Python
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="dialog"
        aria-label="This question elsewhere"
        onToggle={(event) => {
          if (event.newState === "open")
            event.currentTarget.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
        }}
      >
        <h3>The same question as GraphQL, as a command and as Python</h3>
        <Tabs id={id} chosen={chosen.value} choose={(form) => (chosen.value = form)} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text scrolls by the keyboard */}
        <pre id={`${id}-text`} role="tabpanel" aria-label={chosen.value} tabIndex={0}>
          {texts[chosen.value]}
        </pre>
        <div class="foot">
          <Copy key={chosen.value} text={texts[chosen.value]}>
            Copy
          </Copy>
          {chosen.value === "GraphQL" && (
            <a href={editor} onClick={() => panel.current?.hidePopover()}>
              Open in the editor
            </a>
          )}
          <button type="button" class="quiet close" popovertarget={id} popovertargetaction="hide">
            Close
          </button>
        </div>
      </div>
    </section>
  );
}

/** The forms as tabs, by the pattern of ARIA: one of them takes the focus, arrows lead to the others. */
function Tabs({ id, chosen, choose }: { id: string; chosen: Form; choose(form: Form): void }) {
  const key = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const list = event.currentTarget as HTMLElement;
    if (!by) return;
    const place = (FORMS.indexOf(chosen) + by + FORMS.length) % FORMS.length;
    choose(FORMS[place] as Form);
    (list.children[place] as HTMLElement).focus();
  };
  return (
    <div role="tablist" aria-label="Form" onKeyDown={key}>
      {FORMS.map((form) => (
        <button
          key={form}
          type="button"
          role="tab"
          aria-selected={form === chosen}
          aria-controls={`${id}-text`}
          tabIndex={form === chosen ? 0 : -1}
          onClick={() => choose(form)}
        >
          {form}
        </button>
      ))}
    </div>
  );
}
