// Rows of rules count what the server counted, and stand in the order that is asked for.
import fc from "fast-check";
import { expect, test } from "vitest";
import { SEVERITIES } from "../../../src/choices";
import {
  reaches,
  ruleRows,
  severityCounts,
  severityOf,
  sorted,
} from "../../../src/views/findings/rules";
import { ruleTitle } from "../../../src/words";

const RULES = ["bridge", "no-owner", "old-grant"];

const severities = fc.constantFrom(...SEVERITIES);
const graphs = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...RULES), severities, fc.nat(50), fc.nat(50)), {
    selector: ([rule, severity]) => `${rule} ${severity}`,
  })
  .map((found) => ({
    version: "0",
    coverage: { complete: true, notes: [] },
    rules: RULES.map((id) => ({
      id,
      definition: "",
      population: "grants",
      remediation: "",
      severity: "LOW" as const,
      maturity: "STABLE" as const,
    })),
    findings: {
      moment: "2026-01-01T00:00:00Z",
      totalCount: 0,
      counts: found
        .map(([rule, severity, standing, suppressed]) => ({
          rule,
          severity,
          count: standing + suppressed + 1,
          suppressed,
        }))
        .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)),
      populations: [
        { rule: "bridge", what: "pairs", looked: 3, unseen: 1, notes: [], skipped: null },
      ],
      expiredSuppressions: [],
      idleSuppressions: [],
    },
  }));

test("rows count each finding of the severity once", () => {
  fc.assert(
    fc.property(graphs, fc.option(severities), (graph, least) => {
      const rows = ruleRows(graph, least);
      const counted = graph.findings.counts.filter((each) => reaches(each.severity, least));
      const all = (numbers: number[]) => numbers.reduce((sum, each) => sum + each, 0);
      expect(all(rows.map((each) => each.standing + each.suppressed))).toBe(
        all(counted.map((each) => each.count)),
      );
      if (least === null)
        for (const { severity, count } of severityCounts(graph))
          expect(count).toBe(all(ruleRows(graph, severity).map((each) => each.standing)));
    }),
  );
});

test("an order keeps all rows, and is by what it says", () => {
  fc.assert(
    fc.property(graphs, fc.constantFrom("severity", "count", "name"), (graph, by) => {
      const rows = ruleRows(graph, null);
      const found = sorted(rows, by);
      expect(new Set(found)).toEqual(new Set(rows));
      for (const [index, row] of found.slice(1).entries()) {
        const before = found[index];
        if (!before) throw new Error("there is a row before");
        if (by === "count") expect(before.standing).toBeGreaterThanOrEqual(row.standing);
        if (by === "name") expect(before.title < row.title).toBe(true);
        if (by === "severity") expect(reaches(before.severity, row.severity)).toBe(true);
      }
    }),
  );
});

test("words of links and ids", () => {
  expect(severityOf("HIGH")).toBe("HIGH");
  expect(severityOf("nonsense")).toBe(null);
  expect(ruleTitle("role-without-membership")).toBe("Role without membership");
});
