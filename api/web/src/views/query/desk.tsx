// The desk: documents and history on top, the question on the left, its outcome on the right.
import "./query.css";
import { effect, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { token } from "../../state/token";
import type { Place } from "./asking/operations";
import { schema } from "./asking/schema";
import { Session } from "./asking/session";
import { Choices } from "./choices";
import { CodePane } from "./editor/code_pane";
import type { Editor } from "./editor/editor";
import { Results } from "./results/results";
import { Tools } from "./tools";

export function Desk() {
  const session = useMemo(() => new Session(), []);
  const query = useSignal<Editor | null>(null);
  const variables = useSignal<Editor | null>(null);
  const completes = useSignal(true);
  const runButton = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    const ends = [
      effect(() => session.arrive()),
      effect(() => query.value?.replace(session.text.value)),
      effect(() => variables.value?.replace(session.variables.value)),
      effect(() => mark(query.value, session)),
      effect(() => {
        token.value; // another token may read another schema
        const shown = query.value;
        if (shown)
          schema().then(
            (found) => {
              shown.complete(found);
              completes.value = true;
            },
            () => {
              completes.value = false;
            },
          );
      }),
    ];
    return () => {
      for (const end of ends) end();
      session.stop();
    };
  }, [session]);

  const leave = () => runButton.current?.focus();
  const run = () => void session.run();
  return (
    <main class="query">
      <section class="question" aria-label="Question">
        <Choices session={session} />
        <CodePane
          language="graphql"
          label="GraphQL"
          text={session.text.peek()}
          changed={(text) => {
            session.text.value = text;
          }}
          run={run}
          leave={leave}
          made={(made) => {
            query.value = made;
          }}
        />
        <h2 class="minor">Variables</h2>
        <CodePane
          language="json"
          label="Variables, as JSON"
          text={session.variables.peek()}
          changed={(text) => {
            session.variables.value = text;
          }}
          run={run}
          leave={leave}
          made={(made) => {
            variables.value = made;
          }}
        />
        <Tools session={session} button={runButton} />
        {!completes.value && (
          <p class="soft">The server does not give its schema: nothing is completed.</p>
        )}
      </section>
      <Results session={session} goto={(place: Place) => query.peek()?.goto(place)} />
    </main>
  );
}

/** Marks in the editor where the errors of the outcome are. */
function mark(editor: Editor | null, session: Session): void {
  const outcome = session.outcome.value;
  if (!editor || !outcome || outcome.state === "running") return;
  const message = outcome.problem?.message ?? "";
  const errors = outcome.responses[0]?.errors ?? [];
  editor.mark([
    ...outcome.places.map((place) => ({ message, place })),
    ...errors.flatMap(({ message, locations }) =>
      (locations ?? []).map((place) => ({ message, place })),
    ),
  ]);
}
