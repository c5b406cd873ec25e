// The grants that are imagined away, each of which can be put back, and more that can be taken away.
import { useSignal } from "@preact/signals";
import removable from "documents/removable.graphql";
import { ask } from "../../state/client";
import { imagined, toggled, without } from "../../state/imagined";
import { go, link, location } from "../../state/location";
import { problemOf } from "../../state/problem";
import { visible } from "../../visible";
import { plain } from "../../words";
import type { Removed } from "./todo_text";

interface Props {
  /** As the link has them. */
  remove: readonly string[];
  /** As the answer names them; none while there is no answer. */
  removed: readonly Removed[] | undefined;
}

export function RemovedGrants({ remove, removed }: Props) {
  return (
    <section aria-label="Imagined away">
      <ul class="away">
        {remove.map((grant, index) => {
          const found =
            removed?.find(({ id }) => plain(id) === grant) ??
            (removed?.length === remove.length ? removed[index] : undefined);
          const name = visible(found?.label ?? grant);
          return (
            <li key={grant}>
              <span>
                <del>{name}</del>
                {found && (
                  <small>
                    {found.principal.label} → {found.resource.label}
                  </small>
                )}
              </span>
              <a href={link(toggled(grant))} aria-label={`Put back ${name}`}>
                Put back
              </a>
            </li>
          );
        })}
      </ul>
      {remove.length > 1 && <a href={link({ without: null })}>Put all back</a>}
      <RemoveAnother />
    </section>
  );
}

/** The most grants that the API imagines away. */
const MOST = 100;

/** Takes a grant by one of its records, as people find it in a ticket: `role 994207`. */
export function RemoveAnother() {
  const text = useSignal("");
  const said = useSignal("");
  const submit = async (event: Event) => {
    event.preventDefault();
    const wanted = text.value.trim();
    if (!wanted) return;
    if (imagined(location.peek().without).length >= MOST) {
      said.value = `${MOST} grants are imagined away already: put one back first.`;
      return;
    }
    try {
      const at = location.peek().at ?? null;
      const { graph } = await ask(removable, { text: wanted, at });
      const found = graph?.whatIf?.removed.map(({ id }) => plain(id)) ?? [];
      go({ without: without([...imagined(location.peek().without), ...found]), step: null });
      text.value = "";
      said.value = "";
    } catch (thrown) {
      said.value = problemOf(thrown).message;
    }
  };
  return (
    <form class="another" onSubmit={submit}>
      <label>
        Remove a grant by its record
        <input
          value={text.value}
          placeholder="role 994207"
          autocomplete="off"
          spellcheck={false}
          aria-invalid={said.value !== ""}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit">
        <span aria-hidden="true">✂</span> Remove
      </button>
      <p class="soft limit">Up to {MOST} grants can be imagined away at once.</p>
      <p role="status" class="said">
        {visible(said.value)}
      </p>
    </form>
  );
}
