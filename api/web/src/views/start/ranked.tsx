// A list of nodes by how many accesses they have, each a link to its own.
import { Glyph } from "../../components/glyph";
import { Name } from "../../components/name";
import { fresh } from "../../state/location";
import { count, kindOf, plain } from "../../words";
import { apart } from "./words";

interface Ranked {
  id: string;
  label: string;
  figures: { total: number; inferred: number; latent: number; contested: number };
}

export function RankedList({
  nodes,
  unit,
}: {
  nodes: readonly Ranked[];
  unit: readonly [one: string, more: string];
}) {
  if (!nodes.length) return <p class="start-waiting">There are none.</p>;
  return (
    <ol class="start-ranked">
      {nodes.map(({ id, label, figures }) => (
        <li key={id}>
          <a href={fresh({ who: plain(id) })}>
            <Glyph of={kindOf(id)} />
            <span class="start-name">
              <Name of={label} />
              <small>{apart(figures)}</small>
            </span>
            <span class="start-figure">
              {count(figures.total)} <small>{unit[figures.total === 1 ? 0 : 1]}</small>
            </span>
          </a>
        </li>
      ))}
    </ol>
  );
}
