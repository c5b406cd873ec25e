// The lines under the bar: a lost server, newer documents, and the past that one looks at.
import "./bands.css";
import moment from "documents/moment.graphql";
import type { MomentQuery } from "../../generated/operations";
import { ask } from "../../state/client";
import { link, location } from "../../state/location";
import { faceOf } from "../../state/problem";
import { lost } from "../../state/server";
import { useAnswer } from "../../state/use_answer";
import { newer, take } from "../../state/versions";
import { count, many, minute } from "../../words";

export function Bands() {
  return (
    <div role="status">
      {lost.value && (
        <p class="band lost">
          The server does not answer. This page tries again by itself; what it shows stays.
        </p>
      )}
      {newer.value && (
        <p class="band newer">
          Newer documents were read.
          <button type="button" onClick={take}>
            Show them
          </button>
        </p>
      )}
      {location.value.at && <Past at={location.value.at} />}
    </div>
  );
}

function Past({ at }: { at: string }) {
  const { state } = useAnswer<MomentQuery>(readable(at) ? at : null, (abort) =>
    ask(moment, { at }, abort),
  );
  const { answer, problem } = state.value;
  return (
    <p class="band past">
      {!readable(at)
        ? "The moment of this link cannot be read."
        : problem && problem.code !== "NETWORK"
          ? faceOf(problem).says
          : `You look at the graph as of ${minute(new Date(at).toISOString())}. ${answer ? knowledge(answer) : ""}`}
      <a href={link({ at: null })}>Back to now</a>
    </p>
  );
}

/** True if a link's moment is one, with a day and a time. */
function readable(at: string): boolean {
  return !Number.isNaN(Date.parse(at));
}

/** How much had been read by then, in words. */
export function knowledge({ past, graph }: MomentQuery): string {
  if (!past || !graph) return "";
  const all = many(graph.documentCount, "document", "documents");
  if (past.documentCount) return `It knows ${count(past.documentCount)} of ${all}.`;
  const { oldest } = graph.coverage;
  return oldest
    ? `Nothing had been observed by then: the oldest document is of ${minute(oldest)}.`
    : "No document was read.";
}
