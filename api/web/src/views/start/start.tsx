// Where everyone begins: what the graph holds, and what deserves a look first.
import "./start.css";
import exposed from "documents/start_exposed.graphql";
import figures from "documents/start_graph.graphql";
import widest from "documents/start_widest.graphql";
import { asCommand } from "../../commands";
import { AskedAs } from "../../components/asked_as";
import { Meanings } from "../../components/meanings";
import { Trouble } from "../../components/trouble";
import { ask } from "../../state/client";
import { fresh, location } from "../../state/location";
import { useAnswer } from "../../state/use_answer";
import { ChangesPanel } from "./changes";
import { Empty, Figures } from "./figures";
import { FindingsPanel } from "./findings";
import { Panel } from "./panel";
import { RankedList } from "./ranked";

/** How many businesses and people are ranked. */
const FIRST = 8;

/** Codes for whoever and whatever is refused as such, not for this once. */
const REFUSALS = ["UNAUTHENTICATED", "INSUFFICIENT_SCOPE", "LIMITED", "BAD_MOMENT"];

export function Start() {
  const at = location.value.at ?? null;
  const key = `${at}`;
  const graph = useAnswer(key, (abort) =>
    ask(figures, { at }, abort).then((answer) => answer.graph),
  );
  const businesses = useAnswer(key, (abort) =>
    ask(exposed, { at, first: FIRST }, abort).then((answer) => answer.graph?.mostExposed ?? []),
  );
  const people = useAnswer(key, (abort) =>
    ask(widest, { at, first: FIRST }, abort).then(
      (answer) => answer.graph?.largestBlastRadius ?? [],
    ),
  );
  const known = graph.state.value.answer;
  // Whoever is refused the figures is refused the rest, and told so once.
  const refused = REFUSALS.includes(graph.state.value.problem?.code ?? "");
  // What goes through everybody is asked last: it would keep the others waiting.
  const due = [businesses, people].every(({ state }) => !state.value.busy);
  return (
    <main class="start">
      <header>
        <h2>Which businesses can an email reach, and how?</h2>
        <p>
          Type an email, a name or an id into the box above: <kbd>/</kbd> leads there from anywhere.
        </p>
      </header>
      {known && (known.documentCount ? <Figures graph={known} /> : <Empty past={at !== null} />)}
      {graph.state.value.problem && (
        <Trouble problem={graph.state.value.problem} again={graph.again} />
      )}
      {known && known.documentCount > 0 && <Meanings of={["inferred", "latent", "contested"]} />}
      {known?.documentCount !== 0 && !refused && (
        <div class="start-panels">
          <Panel title="Businesses that the most people reach" question={businesses}>
            {(nodes) => (
              <>
                <RankedList
                  unit={["person", "people"]}
                  nodes={nodes.flatMap((node) =>
                    "exposure" in node ? [{ ...node, figures: node.exposure }] : [],
                  )}
                />
                <a class="start-all" href={fresh({ view: "matrix" })}>
                  People by businesses
                </a>
              </>
            )}
          </Panel>
          <Panel title="People who reach the most" question={people}>
            {(nodes) => (
              <>
                <RankedList
                  unit={["access", "accesses"]}
                  nodes={nodes.map((node) => ({ ...node, figures: node.blastRadius }))}
                />
                <p class="start-waiting">
                  A business and the account that it keeps are one place, and two accesses.
                </p>
              </>
            )}
          </Panel>
          <FindingsPanel at={at} due={due} />
          <ChangesPanel at={at} newest={(due && known?.coverage.newest) || null} />
        </div>
      )}
      <AskedAs
        document={exposed}
        variables={{ at, first: FIRST }}
        command={asCommand(["census", "--kind", "business", "--top", `${FIRST}`], at)}
        python="inroads.census(g)"
      />
    </main>
  );
}
