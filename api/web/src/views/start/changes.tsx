// What became of accesses in the last thirty days that were observed, by kind.
import changes from "documents/start_changes.graphql";
import type { ChangeKind } from "../../generated/operations";
import { ask } from "../../state/client";
import { fresh } from "../../state/location";
import { count, day } from "../../words";
import { before, dayOf, dayText } from "../changes/days";
import { GROUPS, type Group } from "../changes/kinds";
import { MONTH } from "../changes/presets";
import { useHeavy } from "./heavy";
import { Panel } from "./panel";
import { KINDS, kinds } from "./words";

export function ChangesPanel({ at, newest }: { at: string | null; newest: string | null }) {
  // As the view of changes counts: from the beginning of a day.
  const first = newest ? dayOf(newest) - MONTH : null;
  const since = first === null ? null : before(first);
  const question = useHeavy("changes", since && JSON.stringify([since, at]), (abort) =>
    ask(changes, { since: since ?? "", until: null, at }, abort).then(
      ({ graph }) => graph?.changes ?? null,
    ),
  );
  return (
    <Panel
      title={`Changes in the last ${MONTH} days`}
      question={question}
      wait={
        since
          ? "The accesses of two moments are compared; this may take some seconds."
          : "This waits for the moment of the newest document."
      }
      command={`inroads changes --since ${since}${at ? ` --until ${at}` : ""}`}
    >
      {(found) => {
        const { happened, seen } = kinds(found?.counts ?? []);
        const from = first === null ? {} : { since: dayText(first) };
        const place = (kind: Group | null) =>
          fresh({ view: "changes", ...from, ...(kind && { kind }) });
        return (
          <>
            <p class="start-summary">
              {newest &&
                first !== null &&
                `${dayText(first)} to ${day(newest)}, the newest document`}
            </p>
            {happened.length ? (
              <Kinds counts={happened} place={place} />
            ) : (
              <p class="start-waiting">No access is known to have changed.</p>
            )}
            {seen.length > 0 && (
              <>
                <h4>Seen for the first or last time, which need not be a change</h4>
                <Kinds counts={seen} place={place} />
              </>
            )}
            {found?.truncated && (
              <p class="start-waiting">A limit cut this short: there may be more.</p>
            )}
            <a class="start-all" href={place(null)}>
              All changes
            </a>
          </>
        );
      }}
    </Panel>
  );
}

interface KindsProps {
  counts: readonly { kind: ChangeKind; count: number }[];
  place: (kind: Group | null) => string;
}

const groupWith = (kind: ChangeKind): Group | null =>
  (Object.keys(GROUPS) as Group[]).find((each) => GROUPS[each].includes(kind)) ?? null;

function Kinds({ counts, place }: KindsProps) {
  return (
    <ul class="start-ranked">
      {counts.map(({ kind, count: number }) => (
        <li key={kind}>
          <a href={place(groupWith(kind))}>
            <span class="start-name">{KINDS[kind]}</span>
            <span class="start-figure">{count(number)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
