// Who and what the matrix is about: what was chosen, taken away and added.
import { useSignal } from "@preact/signals";
import suggest from "documents/suggest.graphql";
import { ask } from "../../state/client";
import { go, link, location } from "../../state/location";
import { problemOf } from "../../state/problem";
import { many, nativeId, plain } from "../../words";
import { type Choice, turned, who } from "./choice";

interface Props {
  choice: Choice;
  /** The name of an id, if the table has it. */
  name(id: string): string | undefined;
}

export function Chooser({ choice, name }: Props) {
  const said = useSignal("");
  const text = useSignal("");
  const ids = [...choice.places, ...choice.people];
  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    const typed = text.value.trim();
    if (!typed) return;
    try {
      const at = location.peek().at ?? null;
      const kinds = ["BUSINESS", "ACCOUNT", "IDENTITY"] as const;
      const { graph } = await ask(suggest, { text: typed, kinds: [...kinds], at });
      const [best, ...others] = graph?.search?.edges ?? [];
      if (!best) {
        said.value = `Nothing is known by “${typed}”.`;
        return;
      }
      const id = plain(best.node.id);
      const more = others.length ? ` ${many(others.length, "other", "others")} match, too.` : "";
      said.value = `Added ${best.node.label}.${more}`;
      text.value = "";
      if (!ids.includes(id)) go({ who: who(turned(choice, id)) });
    } catch (thrown) {
      said.value = problemOf(thrown).message;
    }
  };
  return (
    <form class="chooser" onSubmit={add}>
      {ids.length > 0 && (
        <ul class="chips" aria-label="Chosen">
          {ids.map((id) => (
            <li key={id} class="chip">
              {name(id) ?? nativeId(id)}{" "}
              <a
                href={link({ who: who(turned(choice, id)) })}
                aria-label={`Take away ${name(id) ?? id}`}
              >
                ×
              </a>
            </li>
          ))}
        </ul>
      )}
      <input
        aria-label="Add a business or a person"
        placeholder="add a business or a person"
        autocomplete="off"
        spellcheck={false}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <button type="submit">Add</button>
      <span role="status" class="soft">
        {said.value}
      </span>
    </form>
  );
}
