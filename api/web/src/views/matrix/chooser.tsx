// Who and what the matrix is about: what was chosen, taken away and added.
import { Finder } from "../../components/box/finder";
import { go, link } from "../../state/location";
import { nativeId, plain } from "../../words";
import { type Choice, turned, who } from "./choice";

interface Props {
  choice: Choice;
  /** The name of an id, if the table has it. */
  name(id: string): string | undefined;
}

export function Chooser({ choice, name }: Props) {
  const ids = [...choice.places, ...choice.people];
  return (
    <div class="chooser">
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
      <Finder
        label="Add a business or a person"
        placeholder="add a business or a person"
        kinds={["BUSINESS", "ACCOUNT", "IDENTITY"]}
        button="Add"
        take={(hit) => {
          const id = plain(hit.id);
          if (!ids.includes(id)) go({ who: who(turned(choice, id)) });
        }}
      />
    </div>
  );
}
