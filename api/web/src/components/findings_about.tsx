// The number of findings about a node, as the link to them. It comes after the answer that it stands beside.
import findingsAbout from "documents/findings_about.graphql";
import { ask } from "../state/client";
import { fresh, location } from "../state/location";
import { useAnswer } from "../state/use_answer";
import { many } from "../words";

interface Props {
  id: string;
  /** Said after the number where several nodes are near. */
  name?: string;
}

/** Nothing until it is known that there are some; the link alone where they cannot be counted now. */
export function FindingsAbout({ id, name }: Props) {
  const at = location.value.at ?? null;
  const { state } = useAnswer(JSON.stringify([id, at]), async (abort) => {
    const { graph } = await ask(findingsAbout, { about: id, at }, abort);
    return graph?.findings?.totalCount ?? 0;
  });
  const { answer, problem, busy } = state.value;
  if (busy || (!answer && !problem)) return null;
  return (
    <p class="findings-about">
      <a href={fresh({ view: "findings", who: id })}>
        {answer ? many(answer, "finding", "findings") : "Findings"}
        {name && ` about ${name}`}
      </a>
    </p>
  );
}
