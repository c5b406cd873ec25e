// The question of a view as GraphQL, as a command and as Python, each copied with one click.
import { useSignal } from "@preact/signals";
import type { Document } from "../state/client";
import { fresh } from "../state/location";

interface Props {
  document: Pick<Document<unknown, unknown>, "id" | "text">;
  variables: object;
  /** The command line that answers the same, without `inroads`. */
  command: string;
  /** The lines of Python that answer the same, where `g` is the explorer. */
  python: string;
}

export function AskedAs({ document, variables, command, python }: Props) {
  const texts = {
    GraphQL: `${document.text.trim()}\n\n# variables\n${JSON.stringify(variables, null, 2)}`,
    Command: `inroads ${command}`,
    Python: python,
  };
  const chosen = useSignal<keyof typeof texts | null>(null);
  return (
    <section class="asked-as" aria-label="This question">
      {(Object.keys(texts) as (keyof typeof texts)[]).map((name) => (
        <button
          key={name}
          type="button"
          class="quiet"
          aria-expanded={chosen.value === name}
          onClick={() => {
            chosen.value = chosen.value === name ? null : name;
          }}
        >
          as {name}
        </button>
      ))}
      {chosen.value && (
        <>
          <pre>{texts[chosen.value]}</pre>
          <button
            type="button"
            onClick={() => chosen.value && navigator.clipboard.writeText(texts[chosen.value])}
          >
            Copy
          </button>
          {chosen.value === "GraphQL" && (
            <a href={fresh({ view: "query", text: document.id })}>Open in the editor</a>
          )}
        </>
      )}
    </section>
  );
}
