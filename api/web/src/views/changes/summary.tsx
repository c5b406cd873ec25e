// What became of accesses, in numbers, each a link to those alone.
import { link, location } from "../../state/location";
import { count } from "../../words";
import { type Group, groupOf, type Tally } from "./kinds";

export function Summary({ tally, observed }: { tally: Tally; observed: boolean }) {
  const chosen = groupOf(location.value.kind);
  const seen = tally.appeared + tally.vanished;
  const rows: [Group, number, string][] = [
    ["gained", tally.gained, "+ gained"],
    ["lost", tally.lost, "− lost"],
    ["changed", tally.changed, "~ changed"],
    ...(observed ? ([["observed", seen, "? first or no longer observed"]] as const) : []),
  ].map(([group, number, words]) => [group as Group, number as number, words as string]);
  return (
    <nav class="chips" aria-label="What became of accesses">
      <a class="chip" href={link({ kind: null })} aria-current={chosen ? undefined : "true"}>
        all
      </a>
      {rows.map(([group, number, words]) => (
        <a
          key={group}
          class={`chip ${group}`}
          href={link({ kind: group })}
          aria-current={group === chosen ? "true" : undefined}
        >
          {words} <b>{count(number)}</b>
        </a>
      ))}
      {(observed || seen > 0) && (
        <a
          class="observing"
          href={link(observed ? { observed: null, kind: null } : { observed: "yes" })}
          aria-label={observed ? "Hide what was only observed" : undefined}
        >
          {observed
            ? "Hide what was first observed"
            : `Show ${count(tally.appeared)} first observed and ${count(tally.vanished)} no longer observed`}
        </a>
      )}
    </nav>
  );
}
