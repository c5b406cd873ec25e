// What can be put into the editor: the documents of the package, and the runs of this session.
import { KNOWN } from "./asking/documents";
import { history } from "./asking/history";
import { linkTo, type Session } from "./asking/session";

export function Choices({ session }: { session: Session }) {
  const own = KNOWN.filter(({ name }) => !name.includes("/"));
  const page = KNOWN.filter(({ name }) => name.includes("/"));
  return (
    <div class="choices">
      <details name="choices" onKeyDown={leave}>
        <summary>Documents</summary>
        <div class="sheet">
          <Documents title="For people and tools" documents={own} />
          <Documents title="Of this page" documents={page} />
        </div>
      </details>
      <details name="choices" onKeyDown={leave}>
        <summary>History</summary>
        <div class="sheet">
          <p class="soft">Kept until this page is closed.</p>
          <ul>
            {history.value.map((past) => (
              <li key={past.when.getTime()}>
                <button
                  type="button"
                  class="quiet"
                  onClick={(event) => {
                    session.take(past.text, past.variables);
                    close(event.currentTarget);
                  }}
                >
                  <b>{past.title}</b> {past.when.toLocaleTimeString()}
                </button>
              </li>
            ))}
          </ul>
          {history.value.length === 0 && <p>Nothing was asked yet.</p>}
        </div>
      </details>
    </div>
  );
}

function Documents({ title, documents }: { title: string; documents: typeof KNOWN }) {
  return (
    <>
      <h2 class="minor">{title}</h2>
      <ul>
        {documents.map(({ id, name, about }) => (
          <li key={id}>
            <a href={linkTo(id)} onClick={(event) => close(event.currentTarget)}>
              <b>{name.replace(/^page\//, "")}</b> {about}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function leave(event: KeyboardEvent & { currentTarget: HTMLDetailsElement }): void {
  if (event.key !== "Escape") return;
  event.currentTarget.open = false;
  event.currentTarget.querySelector("summary")?.focus();
}

const close = (inside: Element) => inside.closest("details")?.removeAttribute("open");
