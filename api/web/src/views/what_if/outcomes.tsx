// What would become of every access: what ends first, with its number, then names.
import { useSignal } from "@preact/signals";
import outcomes from "documents/outcomes.graphql";
import { Trouble } from "../../components/trouble";
import type { Fate } from "../../generated/operations";
import { ask } from "../../state/client";
import { fresh, location } from "../../state/location";
import { type Problem, problemOf } from "../../state/problem";
import { visible } from "../../visible";
import { count, many } from "../../words";
import { type Outcome, type Row, rowsOf, type WhatIf } from "./rows";

interface Kind {
  key: "ends" | "lowered" | "stays" | "raised";
  title: string;
  /** The word behind a number. */
  word: string;
  meaning: string;
  fates: Fate[];
}

const KINDS: readonly Kind[] = [
  { key: "ends", title: "Ends", word: "end", meaning: "no path is left", fates: ["ENDS"] },
  {
    key: "lowered",
    title: "Lowered",
    word: "lowered",
    meaning: "stays with less: fewer rights, latent, or inferred only",
    fates: ["LOWERED", "CHANGED"],
  },
  {
    key: "stays",
    title: "Stays",
    word: "stay",
    meaning: "as it was, by other paths",
    fates: ["STAYS"],
  },
  {
    key: "raised",
    title: "Raised",
    word: "raised",
    meaning: "more than before",
    fates: ["RAISED", "GAINED"],
  },
];

interface Props {
  remove: readonly string[];
  answer: WhatIf;
  /** Rows of each kind that are shown at first. */
  few: number;
}

/** The numbers first: they are the answer for whoever is in a hurry. */
export function Counts({ answer }: { answer: WhatIf }) {
  const shown = KINDS.filter(({ key }) => key !== "raised" || answer.raised.totalCount > 0);
  return (
    <ul class="counts" aria-label="How many accesses">
      {shown.map(({ key, word }) => (
        <li key={key} class={key}>
          <b>{count(answer[key].totalCount)}</b> {word}
        </li>
      ))}
    </ul>
  );
}

export function Outcomes({ remove, answer, few }: Props) {
  return (
    <>
      {KINDS.filter(({ key }) => answer[key].totalCount > 0).map((kind) => (
        <Of key={`${kind.key} ${remove.join(" ")}`} kind={kind} {...{ remove, answer, few }} />
      ))}
    </>
  );
}

function Of({ kind, remove, answer, few }: Props & { kind: Kind }) {
  const first = answer[kind.key];
  const more = useSignal<readonly Outcome[]>([]);
  const end = useSignal(first.pageInfo);
  const open = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const rows = rowsOf([...first.nodes, ...more.value]);
  const shown = open.value ? rows : rows.slice(0, few);
  const seen = shown.reduce((sum, row) => sum + row.accesses, 0);
  const left = first.totalCount - seen;

  const show = async () => {
    problem.value = null;
    if (!open.value && rows.length > few) {
      open.value = true;
      return;
    }
    open.value = true;
    try {
      const { graph } = await ask(outcomes, {
        remove: [...remove],
        fates: kind.fates,
        after: end.value.endCursor,
        at: location.peek().at ?? null,
      });
      const page = graph?.whatIf?.outcomes;
      if (!page) return;
      more.value = [...more.value, ...page.nodes];
      end.value = page.pageInfo;
    } catch (thrown) {
      problem.value = problemOf(thrown);
    }
  };
  return (
    <section class={`fate ${kind.key}`} aria-label={kind.title}>
      <h3>
        {kind.title}: {many(first.totalCount, "access", "accesses")}
        <small> · {kind.meaning}</small>
      </h3>
      <ul>
        {shown.map((row) => (
          <OneRow key={row.key} row={row} ends={kind.key === "ends"} />
        ))}
      </ul>
      {problem.value && <Trouble problem={problem.value} />}
      {left > 0 && (
        <button type="button" onClick={show}>
          … {count(left)} more
        </button>
      )}
    </section>
  );
}

function OneRow({ row, ends }: { row: Row; ends: boolean }) {
  const place = { who: row.principal, to: row.resource };
  const without = location.value.without;
  return (
    <li title={visible(row.sentence)}>
      <a href={fresh({ ...place, ...(without && { without }) })}>
        {row.who} → {ends ? <del>{row.what}</del> : row.what}
      </a>
      <small>
        {ends ? row.before : `${row.before} → ${row.after}`}
        {row.accesses > 1 && ` · ${row.accesses} accesses`}
      </small>
    </li>
  );
}
