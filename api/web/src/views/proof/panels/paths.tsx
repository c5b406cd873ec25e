// Every path of an access in words; the one that is picked opens into its steps.
import { useSignal } from "@preact/signals";
import { Scissors } from "../../../components/scissors";
import { reasons } from "../../../reasons";
import { type Access, grantsOf, type ProofPath } from "../../../scenes/proof";
import { link, location } from "../../../state/location";
import { visible } from "../../../visible";
import { count, low, many, plain } from "../../../words";

/** Paths that are listed before all are asked for. */
const FEW = 10;

export function Paths({ access }: { access: Access }) {
  const all = useSignal(false);
  const { nodes, truncated } = access.paths;
  const picked = Number(location.value.path) || 0;
  const shown = all.value ? nodes : nodes.slice(0, Math.max(FEW, picked));
  return (
    <section aria-label="Paths">
      <h3>
        {truncated ? `The first ${count(nodes.length)} paths` : many(nodes.length, "path", "paths")}
      </h3>
      <ol class="paths">
        {shown.map((path, index) => (
          <li key={grantsOf(path).join(" ")}>
            <PathLink path={path} number={index + 1} picked={picked === index + 1} />
            {picked === index + 1 && <Steps path={path} access={access} />}
          </li>
        ))}
      </ol>
      {shown.length < nodes.length && (
        <button
          type="button"
          onClick={() => {
            all.value = true;
          }}
        >
          Show all {count(nodes.length)}
        </button>
      )}
    </section>
  );
}

interface PathProps {
  path: ProofPath;
  number: number;
  picked: boolean;
}

function PathLink({ path, number, picked }: PathProps) {
  const marks = [
    path.certainty === "STATED" ? "" : low(path.certainty),
    path.state === "LATENT" ? `latent: ${reasons(path.stateReasons)}` : "",
    path.contested ? "contested" : "",
  ].filter(Boolean);
  return (
    <a
      href={link({ path: picked ? null : String(number), step: null })}
      aria-expanded={picked}
      class={low(path.certainty)}
    >
      {visible(path.sentence)}
      {marks.length > 0 && <small> {marks.join(" · ")}</small>}
    </a>
  );
}

function Steps({ path, access }: { path: ProofPath; access: Access }) {
  const labels = new Map(
    access.pathGraph.edges.map(({ grant, relation, role }) => [
      plain(grant.id),
      { name: visible(grant.label), words: low(role ?? relation), fact: relation === "KEEPS" },
    ]),
  );
  return (
    <ul class="steps">
      {grantsOf(path).map((grant) => {
        const step = labels.get(grant);
        return (
          <li key={grant}>
            <a href={link({ step: grant })}>
              {step?.words ?? "step"}: {step?.name ?? grant}
            </a>
            {!step?.fact && <Scissors grant={grant} name={step?.name ?? grant} />}
          </li>
        );
      })}
    </ul>
  );
}
