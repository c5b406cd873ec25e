// The rules of a review as rows: how many findings each has, the worst rules first.
import { oneOf, SEVERITIES } from "../../choices";
import type { FindingSeverity, FindingsRulesQuery } from "../../generated/operations";
import { ruleTitle } from "../../words";

type Graph = NonNullable<FindingsRulesQuery["graph"]>;

export type Sort = "severity" | "count" | "name";

export interface RuleRow {
  id: string;
  title: string;
  definition: string;
  remediation: string;
  /** The worst severity of its findings; without any, that which the policy gives. */
  severity: FindingSeverity;
  /** Findings that are not suppressed. */
  standing: number;
  suppressed: number;
  what: string;
  looked: number;
  unseen: number;
  notes: readonly string[];
  /** Why it did not run. */
  skipped: string | null;
}

const rank = (severity: FindingSeverity): number => SEVERITIES.indexOf(severity);

/** True if a severity is as bad as the least one that is asked for. */
export const reaches = (severity: FindingSeverity, least: FindingSeverity | null): boolean =>
  least === null || rank(severity) <= rank(least);

/** The least severity of a link; null for none, and for what is none. */
export const severityOf = (text: string | undefined): FindingSeverity | null =>
  oneOf(SEVERITIES, text) ?? null;

/** A row for each rule, counting the findings of a least severity alone. */
export function ruleRows(graph: Graph, least: FindingSeverity | null): RuleRow[] {
  const counts = (graph.findings?.counts ?? []).filter((each) => reaches(each.severity, least));
  const ran = new Map(graph.findings?.populations.map((each) => [each.rule, each]));
  return graph.rules.map((rule) => {
    const own = counts.filter((each) => each.rule === rule.id);
    const suppressed = sum(own.map((each) => each.suppressed));
    const run = ran.get(rule.id);
    return {
      id: rule.id,
      title: ruleTitle(rule.id),
      definition: rule.definition,
      remediation: rule.remediation,
      severity: own[0]?.severity ?? rule.severity, // the worst one comes first
      standing: sum(own.map((each) => each.count)) - suppressed,
      suppressed,
      what: run?.what ?? rule.population,
      looked: run?.looked ?? 0,
      unseen: run?.unseen ?? 0,
      notes: run?.notes ?? [],
      skipped: run?.skipped ?? null,
    };
  });
}

/** How many findings are of a severity or worse, by those that some have, the worst first. */
export function severityCounts(graph: Graph): { severity: FindingSeverity; count: number }[] {
  const counts = graph.findings?.counts ?? [];
  return SEVERITIES.filter((severity) => counts.some((each) => each.severity === severity)).map(
    (severity) => ({
      severity,
      count: sum(
        counts
          .filter((each) => reaches(each.severity, severity))
          .map((each) => each.count - each.suppressed),
      ),
    }),
  );
}

/** The rows in an order; equal ones by severity, then by count, then by name. */
export function sorted(rows: readonly RuleRow[], by: Sort): RuleRow[] {
  const orders: Record<Sort, (a: RuleRow, b: RuleRow) => number> = {
    severity: (a, b) => rank(a.severity) - rank(b.severity),
    count: (a, b) => b.standing - a.standing,
    name: (a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0),
  };
  const then = [orders[by], orders.severity, orders.count, orders.name];
  return rows.toSorted(
    (a, b) => then.map((order) => order(a, b)).find((difference) => difference !== 0) ?? 0,
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
