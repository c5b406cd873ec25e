// What a link names by an email or a name in place of an id: found at once, or offered to be chosen.
import suggest from "documents/suggest.graphql";
import { useEffect } from "preact/hooks";
import { ask } from "../../state/client";
import { go, location } from "../../state/location";
import { useAnswer } from "../../state/use_answer";
import { plain } from "../../words";
import { Candidates } from "../box/candidates";
import { exact, type Hit } from "../box/hits";
import { Name } from "../name";
import { Trouble } from "../trouble";
import { type Named, said } from "./named";

export function Meant({ named }: { named: Named }) {
  const { word } = named;
  const at = location.value.at ?? null;
  const asked = useAnswer(JSON.stringify([word, at]), (abort) =>
    ask(suggest, { text: word, at }, abort),
  );
  const { answer, problem } = asked.state.value;
  const edges = answer?.graph?.search?.edges ?? [];
  const only = exact(edges) ?? (edges.length === 1 ? (edges[0]?.node ?? null) : null);
  const take = (hit: Hit) => go(said(location.peek(), named, plain(hit.id)), { replace: true });
  useEffect(() => {
    if (only) take(only);
  }, [only]);
  if (problem) return <Trouble problem={problem} again={asked.again} />;
  if (!answer || only)
    return (
      <main class="meant" aria-busy="true">
        <p>
          Looking for “<Name of={word} />” …
        </p>
      </main>
    );
  return (
    <main class="meant">
      {edges.length > 0 ? (
        <>
          <h2>
            “<Name of={word} />” may be one of these
          </h2>
          <Candidates hits={edges.map(({ node }) => node)} take={take} />
        </>
      ) : (
        <>
          <h2>
            Nothing is known of <Name of={word} />
          </h2>
          <p>
            {at
              ? "No document of that moment names it. It may be known at another one."
              : "No document that was read names it."}{" "}
            What you may see can also be limited to some businesses. Type a part of an email, a name
            or an id above.
          </p>
        </>
      )}
    </main>
  );
}
