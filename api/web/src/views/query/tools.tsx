// What is done with the question: run it, stop it, copy it.
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { copied } from "../../state/clipboard";
import { problemOf } from "../../state/problem";
import { token } from "../../state/token";
import { ACCEPT, bodyOf } from "./asking/run";
import type { Session } from "./asking/session";
import { command, curl } from "./asking/shell";

interface Props {
  session: Session;
  button: RefObject<HTMLButtonElement | null>;
}

export function Tools({ session, button }: Props) {
  const said = useSignal("");
  const operations = session.operations();
  const running = session.outcome.value?.state === "running";
  const copy = async (as: (question: ReturnType<Session["asked"]>) => string) => {
    try {
      const text = as(session.asked());
      if (!(await copied(text))) said.value = "Could not copy.";
      else
        said.value = text.includes("$INROADS_TOKEN")
          ? "Copied. It reads the token from $INROADS_TOKEN."
          : "Copied.";
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
      <button type="button" class="quiet" onClick={() => copy(asCurl)}>
        Copy as curl
      </button>
      <button
        type="button"
        class="quiet"
        onClick={() =>
          copy(({ asked, operation }) =>
            command(session.text.peek(), asked.variables, operation.name),
          )
        }
      >
        Copy as command
      </button>
      <span role="status" class="soft">
        {said.value}
      </span>
      {session.unsure.value && (
        <Warning
          name={session.unsure.value.name}
          run={() => session.run(true)}
          leave={() => {
            session.unsure.value = null;
            button.current?.focus();
          }}
        />
      )}
    </div>
  );
}

function asCurl({ asked }: ReturnType<Session["asked"]>): string {
  const url = new URL("graphql", document.baseURI).href;
  const accept = asked.streams ? ACCEPT.events : ACCEPT.answer;
  return curl(url, bodyOf(asked), accept, token.peek() !== "");
}

interface WarningProps {
  name: string;
  run(): void;
  leave(): void;
}

function Warning({ name, run, leave }: WarningProps) {
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => no.current?.focus(), []);
  return (
    <div
      class="warning"
      role="alertdialog"
      tabIndex={-1}
      aria-label="A mutation writes"
      onKeyDown={(event) => event.key === "Escape" && leave()}
    >
      <p>{name ? <b>{name}</b> : "This"} is a mutation: it writes to the ledger of this server.</p>
      <button type="button" class="main" onClick={run}>
        Run the mutation
      </button>
      <button type="button" ref={no} onClick={leave}>
        Do not run it
      </button>
    </div>
  );
}
