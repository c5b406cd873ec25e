// A field that finds one node by an email, a name or an id, and offers all that a text may mean.
import { useSignal } from "@preact/signals";
import suggest from "documents/suggest.graphql";
import type { NodeKind } from "../../generated/operations";
import { ask } from "../../state/client";
import { location } from "../../state/location";
import { problemOf } from "../../state/problem";
import { visible } from "../../visible";
import { Candidates } from "./candidates";
import { exact, type Hit } from "./hits";

interface Props {
  label: string;
  placeholder: string;
  kinds: readonly NodeKind[];
  /** The word on its button. */
  button: string;
  take(hit: Hit): void;
}

export function Finder({ label, placeholder, kinds, button, take }: Props) {
  const text = useSignal("");
  const said = useSignal("");
  const hits = useSignal<readonly Hit[]>([]);
  const chosen = (hit: Hit) => {
    text.value = "";
    said.value = "";
    hits.value = [];
    take(hit);
  };
  const find = async () => {
    const typed = text.value.trim();
    hits.value = [];
    if (!typed) return;
    try {
      const at = location.peek().at ?? null;
      const { graph } = await ask(suggest, { text: typed, kinds: [...kinds], at });
      const edges = graph?.search?.edges ?? [];
      const only = exact(edges) ?? (edges.length === 1 ? edges[0]?.node : null);
      if (only) return chosen(only);
      hits.value = edges.map(({ node }) => node);
      said.value = edges.length
        ? `“${visible(typed)}” may be one of these:`
        : `Nothing is known by “${visible(typed)}”.`;
    } catch (thrown) {
      said.value = problemOf(thrown).message;
    }
  };
  return (
    <div class="finder">
      <input
        aria-label={label}
        placeholder={placeholder}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        maxLength={400}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          said.value = "";
          hits.value = [];
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.isComposing) return;
          event.preventDefault(); // the form around it is not sent by this
          find();
        }}
      />
      <button type="button" onClick={find}>
        {button}
      </button>
      <span role="status" class="soft">
        {said.value}
      </span>
      {hits.value.length > 0 && <Candidates hits={hits.value} take={chosen} />}
    </div>
  );
}
