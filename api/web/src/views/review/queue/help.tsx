// The keys of a queue, as a dialog over the page.
import { useEffect, useRef } from "preact/hooks";
import { HELP } from "./keys";

/** The order by risk in words. */
export const RISK =
  "The order by risk begins with what was to be revoked and still stands. Then comes what no record says, " +
  "what records disagree about, and what lets somebody control a business.";

export function Help({ close }: { close(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-label="Keys"
      onClose={close}
      onKeyDown={(event) => {
        if (event.key === "?" || event.key === "q") dialog.current?.close();
      }}
    >
      <h2>Keys</h2>
      <dl>
        {HELP.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p class="soft">{RISK}</p>
      <p class="soft">
        A decision is sent at once. Nobody is overruled unseen: what somebody else decided meanwhile
        is shown, and nothing is taken.
      </p>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
