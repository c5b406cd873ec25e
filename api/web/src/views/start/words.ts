// The figures of the start view in words, and in the order in which they matter.
import { SEVERITIES } from "../../choices";
import type {
  ChangeKind,
  FindingSeverity,
  StartFindingsQuery,
  StartGraphQuery,
} from "../../generated/operations";
import { count, many } from "../../words";

type Graph = NonNullable<StartGraphQuery["graph"]>;

/** How much of the service was read: "250 of 4,791 teams read". */
export function read({ coverage, businessCount, identityCount }: Graph): string[] {
  return [
    `${count(coverage.identitiesObserved)} of ${many(identityCount, "person", "people")} read`,
    `${count(coverage.teamsObserved)} of ${many(businessCount, "team", "teams")} read`,
  ];
}

interface Figures {
  inferred: number;
  latent: number;
  contested: number;
}

/** What else is known of accesses: "3 inferred · 1 latent"; "" if all are stated and active. */
export function apart({ inferred, latent, contested }: Figures): string {
  return [
    contested && `${count(contested)} contested`,
    inferred && `${count(inferred)} inferred`,
    latent && `${count(latent)} latent`,
  ]
    .filter(Boolean)
    .join(" · ");
}

type Counts = NonNullable<NonNullable<StartFindingsQuery["graph"]>["findings"]>["counts"];

export interface Rule {
  rule: string;
  severity: FindingSeverity;
  /** Those that are not suppressed. */
  open: number;
}

/** The rules that have open findings, the worst first, then those with the most. */
export function rules(counts: Counts): Rule[] {
  return counts
    .map(({ rule, severity, count: all, suppressed }) => ({
      rule,
      severity,
      open: all - suppressed,
    }))
    .filter(({ open }) => open > 0)
    .sort(
      (one, other) =>
        SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
        other.open - one.open ||
        one.rule.localeCompare(other.rule),
    );
}

/** How many open findings have each severity, the worst first. */
export function severities(found: readonly Rule[]): { severity: FindingSeverity; open: number }[] {
  return SEVERITIES.map((severity) => ({
    severity,
    open: found
      .filter((each) => each.severity === severity)
      .reduce((sum, each) => sum + each.open, 0),
  })).filter(({ open }) => open > 0);
}

/** The kinds of change in words, those first that a review begins with. */
export const KINDS: Readonly<Record<ChangeKind, string>> = {
  GAINED: "gained",
  RAISED: "raised",
  TURNED_ACTIVE: "turned active",
  TURNED_CONTESTED: "turned contested",
  LOST: "lost",
  LOWERED: "lowered",
  CHANGED: "in another role",
  TURNED_LATENT: "turned latent",
  SETTLED: "no longer contested",
  NOW_STATED: "now stated",
  NOW_INFERRED: "now inferred only",
  OBSERVED: "first observed",
  UNOBSERVED: "no longer observed",
};

/** Kinds that tell what was read rather than what happened. */
const SEEN: ReadonlySet<ChangeKind> = new Set(["OBSERVED", "UNOBSERVED"]);

type Kinds = readonly { kind: ChangeKind; count: number }[];

/** What happened, and apart from it what was merely seen for the first or the last time. */
export function kinds(counts: Kinds): { happened: Kinds; seen: Kinds } {
  const order = Object.keys(KINDS);
  const sorted = [...counts].sort(
    (one, other) => order.indexOf(one.kind) - order.indexOf(other.kind),
  );
  return {
    happened: sorted.filter(({ kind }) => !SEEN.has(kind)),
    seen: sorted.filter(({ kind }) => SEEN.has(kind)),
  };
}
