// The face of a what-if that has no answer: most often a link that is older than the graph.
import { Trouble } from "../../components/trouble";
import type { Problem } from "../../state/problem";
import { visible } from "../../visible";

/** The codes by which the API says that a name is no grant which anybody could revoke. */
const NO_GRANT = ["NOT_FOUND", "BAD_GRANT", "NOT_REVOCABLE", "AMBIGUOUS_GRANT", "BAD_ID"];

export function NoAnswer({ problem, again }: { problem: Problem; again(): void }) {
  if (!NO_GRANT.includes(problem.code)) return <Trouble problem={problem} again={again} />;
  return (
    <div class="mind" role="status">
      <p>{visible(problem.message)}</p>
      <p>A grant may have ended since this link was made. Put it back to go on with the others.</p>
    </div>
  );
}
