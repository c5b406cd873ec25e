// One cause: what differs, by which records, and the accesses that it changed.
import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { factWords } from "../../access";
import { ShowMore } from "../../components/show_more";
import { Trouble } from "../../components/trouble";
import type { ChangesByCauseQuery } from "../../generated/operations";
import { location, write } from "../../state/location";
import { type Problem, problemOf } from "../../state/problem";
import { count, day, low, many, plain } from "../../words";
import { WORDS } from "./kinds";

type Edge = NonNullable<
  NonNullable<ChangesByCauseQuery["graph"]>["changesByCause"]
>["edges"][number];
export type Caused = Edge["node"];
export type Change = Caused["changes"]["nodes"][number];

/** The moments that are compared; null for now. */
export interface Moments {
  since: string;
  until: string | null;
}

interface Props {
  caused: Caused;
  moments: Moments;
  /** The next accesses of this cause after a cursor. */
  further(after: string): Promise<Caused["changes"] | null>;
  /** Told of the accesses that are shown, for the file of them. */
  grown(changes: readonly Change[]): void;
}

export function CauseItem({ caused, moments, further, grown }: Props) {
  const pages = useSignal([caused.changes]);
  const problem = useSignal<Problem | null>(null);
  const shown = pages.value.flatMap((page) => page.nodes);
  const info = pages.value.at(-1)?.pageInfo;
  const total = caused.changes.totalCount;
  const more = async () => {
    if (!info?.endCursor) return;
    problem.value = null;
    try {
      const page = await further(info.endCursor);
      if (!page) return;
      pages.value = [...pages.value, page];
      grown(pages.value.flatMap((each) => each.nodes));
    } catch (thrown) {
      problem.value = problemOf(thrown);
    }
  };
  const counts = caused.changes.counts.map(
    (each) => `${count(each.count)} ${WORDS[each.kind].slice(2)}`,
  );
  return (
    <li class="cause">
      <h3>{sentence(caused.cause.sentence)}</h3>
      <p class="because">
        {many(total, "access", "accesses")}: {counts.join(", ")}
        {!caused.cause.witnessed && " · not known to have changed between the two moments"}
      </p>
      <Records cause={caused.cause} />
      <ul class="accesses">
        {shown.map((change) => (
          <Access
            key={`${change.principal.id} ${change.resource.id}`}
            change={change}
            moments={moments}
          />
        ))}
      </ul>
      {problem.value && <Trouble problem={problem.value} again={more} />}
      {info?.hasNextPage && <ShowMore shown={shown.length} total={total} more={more} />}
    </li>
  );
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function Records({ cause }: { cause: Caused["cause"] }) {
  const side = cause.after ?? cause.before;
  if (!side?.evidence.length) return null;
  const total = "evidenceCount" in side ? side.evidenceCount : side.evidence.length;
  const without = "absentFrom" in cause ? cause.absentFrom : null;
  return (
    <p class="records">
      {cause.after ? "Stated" : "Last stated"} by{" "}
      {[...byDocument(side.evidence)].map(([sha256, [first, ...others]]) => (
        <span key={sha256}>
          {first.document.source}, observed {day(first.document.observedAt)}
          {[first, ...others].map(({ pointer }) => (
            <Fragment key={pointer}>
              {" "}
              <code>{pointer || "the whole document"}</code>
            </Fragment>
          ))}
        </span>
      ))}
      {total > side.evidence.length && <> … {count(total - side.evidence.length)} more</>}
      {without && (
        <span>
          {cause.after ? "not in" : "no longer in"} {without.source}, observed{" "}
          {day(without.observedAt)}
        </span>
      )}
    </p>
  );
}

type Stating = NonNullable<Caused["cause"]["after"]>["evidence"][number];

/** Records by the document that they are in, which is named once. */
function byDocument(records: readonly Stating[]): Map<string, [Stating, ...Stating[]]> {
  const found = new Map<string, [Stating, ...Stating[]]>();
  for (const each of records) {
    const before = found.get(each.document.sha256);
    if (before) before.push(each);
    else found.set(each.document.sha256, [each]);
  }
  return found;
}

function Access({ change, moments }: { change: Change; moments: Moments }) {
  const who = plain(change.principal.id);
  const to = plain(change.resource.id);
  const at = change.after ? (moments.until ?? location.value.at) : moments.since;
  return (
    <li class={`access ${low(change.kinds[0] ?? "")}`}>
      <span class="kinds">{change.kinds.map((each) => WORDS[each]).join(", ")}</span>
      <span class="ends">
        <a href={write({ who, ...(at && { at }) })}>{change.principal.label}</a>
        {" → "}
        <a href={write({ who: to, ...(at && { at }) })}>{change.resource.label}</a>
      </span>
      <span class="roles">{rolesOf(change)}</span>
      <a class="proof" href={write({ who, to, ...(at && { at }) })}>
        {change.after ? "How" : "How it was"}
      </a>
    </li>
  );
}

/** The roles of a change: those of the one side that has it, or those before and after. */
export function rolesOf({ before, after }: Pick<Change, "before" | "after">): string {
  const [then, now] = [before, after].map((side) => side && factWords(side));
  if (!then || !now) return then ?? now ?? "";
  return then === now ? now : `${then} → ${now}`;
}
