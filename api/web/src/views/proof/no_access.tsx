// The calm faces of a proof that cannot be given: no access, an unknown end, a link without two ends.

import { CoverageLine } from "../../components/coverage";
import type { ProofQuery } from "../../generated/operations";
import type { Pair } from "../../scenes/proof";
import { fresh, link, location } from "../../state/location";
import { minute } from "../../words";

type Graph = NonNullable<ProofQuery["graph"]>;

/** Both ends are known, and no path leads from one to the other. */
export function NoAccess({ graph, pair }: { graph: Graph; pair: Pair }) {
  const who = graph.principal?.label ?? pair.principal;
  const what = graph.resource?.label ?? pair.resource;
  const coverage =
    graph.principal && "reach" in graph.principal ? graph.principal.reach.coverage : null;
  return (
    <main class="calm">
      <h2>
        {who} does not reach {what}
      </h2>
      <p>
        {coverage?.complete
          ? "No path leads there, and every document that decides it was read."
          : "No path is known. That is not certain: not every document that decides it was read."}
      </p>
      <Moment />
      <Ways who={who} what={what} pair={pair} />
      {coverage && <CoverageLine coverage={coverage} />}
    </main>
  );
}

export function UnknownEnd({ message, pair }: { message: string; pair: Pair }) {
  return (
    <main class="calm">
      <h2>Not known{location.value.at ? " at that moment" : ""}</h2>
      <p>{message}</p>
      <p>
        No document{location.value.at ? " of that time" : ""} names it, or yours are not allowed to
        show it. An unknown id is not the same as no access.
      </p>
      <Moment />
      <Ways who={pair.principal} what={pair.resource} pair={pair} />
    </main>
  );
}

export function NotAPair() {
  return (
    <main class="calm">
      <h2>A proof needs a person and a place</h2>
      <p>
        This link must name one person and one business or account, such as{" "}
        <code>#who=identity:712052&to=account:Xr82w</code>. Type a name or an email above to begin.
      </p>
    </main>
  );
}

function Moment() {
  const at = location.value.at;
  if (!at) return null;
  return (
    <p>
      You look at {minute(at)}. <a href={link({ at: null })}>Look at now</a>
    </p>
  );
}

function Ways({ who, what, pair }: { who: string; what: string; pair: Pair }) {
  return (
    <ul class="ways">
      <li>
        <a href={fresh({ who: pair.principal })}>All that {who} reaches</a>
      </li>
      <li>
        <a href={fresh({ who: pair.resource })}>Who reaches {what}</a>
      </li>
    </ul>
  );
}
