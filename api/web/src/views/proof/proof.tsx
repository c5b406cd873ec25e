// The proof of one access: every path in the picture, and beside it what the records say.
import "../what_if/what_if.css";
import "./proof.css";
import proof from "documents/proof.graphql";
import { Trouble } from "../../components/trouble";
import type { Pair } from "../../scenes/proof";
import { ask } from "../../state/client";
import { location } from "../../state/location";
import { useAnswer } from "../../state/use_answer";
import { AccessView } from "./access_view";
import { pairOf } from "./ends";
import { NoAccess, NotAPair, UnknownEnd } from "./no_access";

export function Proof() {
  const pair = pairOf(location.value);
  return pair ? <ProofOf pair={pair} /> : <NotAPair />;
}

function ProofOf({ pair }: { pair: Pair }) {
  const at = location.value.at;
  const asked = useAnswer(JSON.stringify([pair, at]), (abort) =>
    ask(proof, { ...pair, at: at ?? null }, abort),
  );
  const { answer, problem } = asked.state.value;
  if (problem?.code === "NOT_FOUND" || problem?.code === "BAD_ID")
    return <UnknownEnd message={problem.message} pair={pair} />;
  if (problem) return <Trouble problem={problem} again={asked.again} />;
  if (!answer)
    return (
      <main class="calm" aria-busy="true">
        <p>Looking for every path…</p>
      </main>
    );
  const graph = answer.graph;
  if (!graph?.principal || !graph.resource)
    return <UnknownEnd message="One of the two is not known." pair={pair} />;
  if (!graph.access) return <NoAccess graph={graph} pair={pair} />;
  return (
    <AccessView
      key={`${pair.principal} ${pair.resource} ${at ?? ""}`}
      pair={pair}
      who={graph.principal}
      what={graph.resource}
      access={graph.access}
    />
  );
}
