// One finding: its sentence, links to its subjects and its proof, its records, and how to suppress it.
import { useSignal } from "@preact/signals";
import findingsRecords from "documents/findings_records.graphql";
import { useEffect } from "preact/hooks";
import { Trouble } from "../../components/trouble";
import type { FindingSeverity, FindingsRecordsQuery } from "../../generated/operations";
import { ask } from "../../state/client";
import { fresh, location } from "../../state/location";
import { type Problem, problemOf } from "../../state/problem";
import { count, day, kindOf, plain } from "../../words";
import { proofOf } from "./proof";
import type { Found } from "./rule_detail";
import { SeverityMark } from "./severity_mark";
import { SuppressionForm } from "./suppression_form";

type Records = NonNullable<
  NonNullable<FindingsRecordsQuery["graph"]>["findings"]
>["nodes"][number]["evidence"];

/** The most records that are shown of a finding. */
const SHOWN = 10;

interface Props {
  rule: string;
  found: Found;
  least: FindingSeverity | null;
  suppressed: boolean;
}

/** `usual` is the severity that need not be said of each finding. */
export function FindingItem({ usual, ...props }: Props & { usual: FindingSeverity }) {
  const { rule, found, suppressed } = props;
  const { node } = found;
  const proof = proofOf(node.subjects.map((each) => plain(each.id)));
  const open = useSignal<"records" | "suppress" | null>(null);
  const turn = (part: "records" | "suppress") => {
    open.value = open.value === part ? null : part;
  };
  return (
    <li class="finding">
      <p>
        {node.severity !== usual && <SeverityMark severity={node.severity} />} {node.sentence}
      </p>
      <p class="links">
        {node.subjects.map((each) => (
          <span key={each.id}>
            <a href={fresh({ who: plain(each.id) })}>{each.label}</a>
            <small> {kindOf(each.id)}</small>
          </span>
        ))}
        {proof && (
          <a class="proof" href={fresh(proof)}>
            How
          </a>
        )}
        <button
          type="button"
          class="quiet"
          aria-expanded={open.value === "records"}
          onClick={() => turn("records")}
        >
          Records
        </button>
        {!suppressed && (
          <button
            type="button"
            class="quiet"
            aria-expanded={open.value === "suppress"}
            onClick={() => turn("suppress")}
          >
            Suppress…
          </button>
        )}
        <code title="The fingerprint of the finding, the same in every version">
          {node.identity.slice(0, 8)}
        </code>
      </p>
      {node.suppressed && (
        <p class="reason">
          Suppressed until {node.suppressed.expires}: {node.suppressed.reason}
        </p>
      )}
      {open.value === "records" && <RecordList {...props} />}
      {open.value === "suppress" && (
        <SuppressionForm
          rule={rule}
          finding={node.identity}
          subjects={node.subjectIds.map(plain)}
        />
      )}
    </li>
  );
}

function RecordList({ rule, found, least, suppressed }: Props) {
  const records = useSignal<Records | null>(null);
  const problem = useSignal<Problem | null>(null);
  const load = () => {
    problem.value = null;
    const { who, at } = location.peek();
    const asked = { about: who ?? null, rule, severity: least, suppressed };
    const given = { ...asked, after: found.before, at: at ?? null };
    ask(findingsRecords, given).then(
      ({ graph }) => {
        const [node] = graph?.findings?.nodes ?? [];
        records.value = node?.identity === found.node.identity ? node.evidence : [];
      },
      (thrown) => {
        problem.value = problemOf(thrown);
      },
    );
  };
  useEffect(load, []);
  if (problem.value) return <Trouble problem={problem.value} again={load} />;
  if (!records.value) return <p class="calm">Reading the records…</p>;
  const more = records.value.length - SHOWN;
  return (
    <ul class="records">
      {records.value.slice(0, SHOWN).map((each) => (
        <li key={`${each.document}${each.pointer}${each.record}`}>
          <b>{each.record}</b> in {each.source}, observed {day(each.observedAt)}{" "}
          <code>{each.pointer || "the whole document"}</code>
        </li>
      ))}
      {records.value.length === 0 && <li>No record states it: it is what is missing.</li>}
      {more > 0 && <li>… {count(more)} more; the command gives all with --all-evidence</li>}
    </ul>
  );
}
