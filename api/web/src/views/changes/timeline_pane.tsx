// The time line with its counts as they come, its key, and the same numbers as a table.
import { Trouble } from "../../components/trouble";
import { location } from "../../state/location";
import { count } from "../../words";
import { binsOf, spanOf, unitOf } from "./bins";
import { useCounting } from "./counting";
import { dayText } from "./days";
import { held } from "./slider";
import { Timeline } from "./timeline";

interface Props {
  graph: { version: string };
  /** The days of the oldest and the newest document. */
  first: number;
  last: number;
  span: { since: number; until: number };
  observed: boolean;
  /** True once the comparison is there: the counts of the time line wait for it. */
  ready: boolean;
  choose(since: number, until: number): void;
}

export function TimelinePane({ graph, first, last, span, observed, ready, choose }: Props) {
  const drawn = spanOf(first, last, span.since);
  const bins = binsOf(drawn.first, drawn.last);
  const at = location.value.at ?? null;
  const { tallies, problem, again } = useCounting({
    bins: ready ? bins : [],
    oldest: first,
    version: graph.version,
    about: location.value.who ?? null,
    at,
  });
  const since = held(span.since, drawn.first, drawn.last);
  const until = held(span.until, since, drawn.last);
  const unit = unitOf(drawn.first, drawn.last);
  return (
    <section class="time" aria-label="Changes over time">
      <Timeline
        bins={bins}
        tallies={tallies}
        observed={observed}
        since={since}
        until={until}
        choose={choose}
      />
      <p class="key">
        <span class="gained">■ gained, above</span> <span class="lost">■ lost, below</span>{" "}
        {observed && <span class="seen">▨ first observed, or no longer</span>}{" "}
        <span>
          per {unit}
          {tallies.size < bins.length &&
            `; counted ${count(tallies.size)} of ${count(bins.length)}`}
        </span>
      </p>
      {problem && <Trouble problem={problem} again={again} />}
      <details>
        <summary>The numbers as a table</summary>
        <table>
          <thead>
            <tr>
              {["from", "through", "gained", "lost", "changed", "first observed", "no longer"].map(
                (each) => (
                  <th key={each} scope="col">
                    {each}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {bins.map((bin) => {
              const tally = tallies.get(bin.first);
              return (
                <tr key={bin.first}>
                  <th scope="row">{dayText(bin.first)}</th>
                  <td>{dayText(bin.last)}</td>
                  {tally ? (
                    [tally.gained, tally.lost, tally.changed, tally.appeared, tally.vanished].map(
                      (number, index) => <td key={`${index}`}>{count(number)}</td>,
                    )
                  ) : (
                    <td colSpan={5}>not counted yet</td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </details>
    </section>
  );
}
