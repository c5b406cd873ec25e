// What is not known of an access, so that nobody takes "no other path" for more than it is.
import type { Access } from "../../../scenes/proof";
import { visible } from "../../../visible";
import { count, day } from "../../../words";

export function Unknown({ access }: { access: Access }) {
  const { coverage, paths, contested } = access;
  const open = !coverage.complete || paths.truncated || contested;
  return (
    <section class="unknown" aria-label="What we do not know">
      <h3>What we do not know</h3>
      <p class={open ? "open" : undefined}>
        {coverage.complete
          ? "No other path is missing: every document that decides it was read."
          : "There may be other paths: not every document that decides it was read."}
      </p>
      <ul>
        {paths.truncated && (
          <li>There are more paths than the {count(paths.nodes.length)} that are shown.</li>
        )}
        {contested && <li>Records contradict each other about it: see above.</li>}
        {coverage.notes.map((note) => (
          <li key={note}>{visible(note)}</li>
        ))}
        {coverage.oldest && coverage.newest && (
          <li>
            It rests on documents observed{" "}
            {day(coverage.oldest) === day(coverage.newest)
              ? `on ${day(coverage.newest)}`
              : `from ${day(coverage.oldest)} to ${day(coverage.newest)}`}
            . What changed since is not seen.
          </li>
        )}
      </ul>
    </section>
  );
}
