// What is done with the question: run it, stop it, copy it.
import { useSignal } from "@preact/signals";
import type { Ref } from "preact";
import { problemOf } from "../../state/problem";
import { token } from "../../state/token";
import { curl } from "./asking/curl";
import { ACCEPT, bodyOf } from "./asking/run";
import type { Session } from "./asking/session";

interface Props {
  session: Session;
  button: Ref<HTMLButtonElement>;
}

export function Tools({ session, button }: Props) {
  const said = useSignal("");
  const operations = session.operations();
  const running = session.outcome.value?.state === "running";
  const copy = async () => {
    try {
      const { asked } = session.asked();
      const url = new URL("graphql", document.baseURI).href;
      const accept = asked.streams ? ACCEPT.events : ACCEPT.answer;
      await navigator.clipboard.writeText(curl(url, bodyOf(asked), accept, token.peek() !== ""));
      said.value = token.peek() ? "Copied. It reads the token from $INROADS_TOKEN." : "Copied.";
    } catch (thrown) {
      said.value = problemOf(thrown).message;
    }
  };
  return (
    <div class="tools">
      <button
        ref={button}
        type="button"
        class="main"
        aria-keyshortcuts="Control+Enter Meta+Enter"
        title="Ctrl+Enter or ⌘+Enter"
        onClick={() => session.run()}
      >
        Run
      </button>
      <button type="button" disabled={!running} onClick={() => session.stop()}>
        Stop
      </button>
      {operations.length > 1 && (
        <label>
          Operation{" "}
          <select
            value={session.chosen.value || operations[0]?.name}
            onChange={(event) => {
              session.chosen.value = event.currentTarget.value;
            }}
          >
            {operations.map(({ name, kind }) => (
              <option key={name} value={name}>
                {name} ({kind})
              </option>
            ))}
          </select>
        </label>
      )}
      <button type="button" class="quiet" onClick={copy}>
        Copy as curl
      </button>
      <span role="status" class="soft">
        {said.value}
      </span>
      {session.unsure.value && <Warning session={session} name={session.unsure.value.name} />}
    </div>
  );
}

function Warning({ session, name }: { session: Session; name: string }) {
  return (
    <div class="warning" role="alertdialog" aria-label="A mutation writes">
      <p>{name ? <b>{name}</b> : "This"} is a mutation: it writes to the ledger of this server.</p>
      <button type="button" class="main" onClick={() => session.run(true)}>
        Run the mutation
      </button>
      <button
        type="button"
        onClick={() => {
          session.unsure.value = null;
        }}
      >
        Do not run it
      </button>
    </div>
  );
}
