// The nodes that a text may mean, to choose one of them.
import { kindOf } from "../../words";
import { Glyph } from "../glyph";
import { Name } from "../name";
import { about, type Hit } from "./hits";

interface Props {
  hits: readonly Hit[];
  take(hit: Hit): void;
}

/** The most that a search gives at once. */
const MOST = 9;

export function Candidates({ hits, take }: Props) {
  return (
    <ul class="candidates" aria-label="What it may mean">
      {hits.map((hit) => (
        <li key={hit.id}>
          <button type="button" class="quiet" onClick={() => take(hit)}>
            <Glyph of={kindOf(hit.id)} />
            <Name of={hit.label} />
            <small>
              {about(hit).map((part, place) => (
                <span key={part}>
                  {place > 0 && " · "}
                  <Name of={part} />
                </span>
              ))}
            </small>
          </button>
        </li>
      ))}
      {hits.length >= MOST && <li class="soft">There may be more: type more of it.</li>}
    </ul>
  );
}
