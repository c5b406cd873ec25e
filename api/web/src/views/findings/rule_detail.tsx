// One rule: what it means, how much it looked at, and its findings, the suppressed ones apart.
import findingsOfRule from "documents/findings_of_rule.graphql";
import { Prose } from "../../components/prose";
import { SaveCsv } from "../../components/save_csv";
import { ShowMore } from "../../components/show_more";
import { Trouble } from "../../components/trouble";
import type { FindingSeverity, FindingsOfRuleQuery } from "../../generated/operations";
import { ask } from "../../state/client";
import { link, location } from "../../state/location";
import { type Pages, usePages } from "../../state/use_pages";
import { count, many } from "../../words";
import { FindingItem } from "./finding_item";
import type { RuleRow } from "./rules";
import { SeverityMark } from "./severity_mark";

export type Found = NonNullable<
  NonNullable<FindingsOfRuleQuery["graph"]>["findings"]
>["edges"][number] & {
  /** The cursor of the finding before it; null for the first. */
  before: string | null;
};

const HEADER = ["rule", "severity", "finding", "subjects", "sentence", "suppressed"];

export function RuleDetail({ row, least }: { row: RuleRow; least: FindingSeverity | null }) {
  const standing = useFindings(row, least, false);
  const suppressed = useFindings(row, least, true);
  return (
    <section class="detail" aria-labelledby="rule-title">
      <a class="back" href={link({ rule: null })}>
        ← All rules
      </a>
      <header>
        <h2 id="rule-title">{row.title}</h2>
        <SeverityMark severity={row.severity} />
        <code>{row.id}</code>
      </header>
      <p>
        <Prose text={row.definition} />
      </p>
      <p>
        <b>What to do:</b> <Prose text={row.remediation} />
      </p>
      <Looked row={row} />
      {row.skipped === null && (
        <>
          <h3>{many(row.standing, "finding", "findings")}</h3>
          <List pages={standing} row={row} least={least} suppressed={false} />
        </>
      )}
      {row.suppressed > 0 && (
        <>
          <h3>{count(row.suppressed)} suppressed</h3>
          <List pages={suppressed} row={row} least={least} suppressed={true} />
        </>
      )}
      {row.standing + row.suppressed > 0 && (
        <SaveCsv
          name={`inroads-findings-${row.id}-${standing.items.length + suppressed.items.length}-of-${row.standing + row.suppressed}`}
          header={HEADER}
          rows={() => [...standing.items, ...suppressed.items].map(({ node }) => line(row, node))}
        />
      )}
    </section>
  );
}

function Looked({ row }: { row: RuleRow }) {
  if (row.skipped !== null) return <p class="calm">It was not run: {row.skipped}.</p>;
  return (
    <p class="looked">
      Looked at {count(row.looked)}: {row.what}.
      {row.unseen > 0 && (
        <> Of {count(row.unseen)} more the documents do not tell enough: this is a lower bound.</>
      )}
      {row.notes.map((note) => (
        <span key={note}> {note.charAt(0).toUpperCase() + note.slice(1)}.</span>
      ))}
    </p>
  );
}

interface ListProps {
  pages: Pages<Found>;
  row: RuleRow;
  least: FindingSeverity | null;
  suppressed: boolean;
}

function List({ pages, row, least, suppressed }: ListProps) {
  const { items, total, busy, problem, more, again } = pages;
  return (
    <>
      <ul class="findings" aria-busy={busy}>
        {items.map((found) => (
          <FindingItem
            key={found.node.identity}
            rule={row.id}
            found={found}
            usual={row.severity}
            least={least}
            suppressed={suppressed}
          />
        ))}
      </ul>
      {problem && <Trouble problem={problem} again={again} />}
      {more && total !== null && <ShowMore shown={items.length} total={total} more={more} />}
    </>
  );
}

function useFindings(row: RuleRow, least: FindingSeverity | null, suppressed: boolean) {
  const { who, at } = location.value;
  const wanted = row.skipped === null && (suppressed ? row.suppressed : row.standing) > 0;
  const given = {
    about: who ?? null,
    rule: row.id,
    severity: least,
    suppressed,
    at: at ?? null,
  };
  return usePages<Found>(wanted ? JSON.stringify(given) : null, async (after, abort) => {
    const { graph } = await ask(findingsOfRule, { ...given, after }, abort);
    const edges = graph?.findings?.edges ?? [];
    const info = graph?.findings?.pageInfo;
    return {
      items: edges.map((edge, index) => ({
        ...edge,
        before: index ? (edges[index - 1]?.cursor ?? null) : after,
      })),
      total: graph?.findings?.totalCount ?? 0,
      next: info?.hasNextPage ? info.endCursor : null,
    };
  });
}

const line = (row: RuleRow, node: Found["node"]): string[] => [
  row.id,
  node.severity.toLowerCase(),
  node.identity,
  node.subjectIds.join("; "),
  node.sentence,
  node.suppressed ? `${node.suppressed.reason} (until ${node.suppressed.expires})` : "",
];
