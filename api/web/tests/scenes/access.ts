// Accesses for tests, built from their paths as the API would give them.
import type { Access, ProofPath } from "../../src/scenes/proof";

export interface Step {
  from: string;
  to: string;
  relation?: string;
  role?: string;
  certainty?: string;
  state?: string;
  contested?: boolean;
}

const MARK = "@~1f-1a2b3c4d5e-0123abcd";

/** The id of a grant as the API prints it. */
export const grantOf = ({ from, to, relation = "MEMBER" }: Step): string =>
  `${to}#${relation}@${from}`;

interface Given {
  cut?: string[];
  /** Keeper of each account. */
  keepers?: Record<string, string>;
  truncated?: boolean;
  /** True for an access of a past moment, whose ids have marks. */
  past?: boolean;
}

export function accessOf(paths: Step[][], given: Given = {}): Access {
  const { cut = [], keepers = {}, truncated = false, past = false } = given;
  const id = (plain: string) => (past ? plain + MARK : plain);
  const steps = new Map(paths.flat().map((step) => [grantOf(step), step]));
  const nodes = new Set(paths.flat().flatMap(({ from, to }) => [from, to]));
  const accountOf = (keeper: string) => {
    const [account] = Object.entries(keepers).find(([, each]) => each === keeper) ?? [];
    return account ? { id: id(account) } : null;
  };
  const node = (name: string) => {
    const [kind = "", native = ""] = name.split(":");
    const base = { id: id(name), label: `${kind} ${native}` };
    if (kind === "identity")
      return {
        __typename: "Identity" as const,
        id: base.id,
        label: `p${native}@example.com`,
        firstName: null,
        lastName: null,
      };
    if (kind === "business")
      return {
        __typename: "Business" as const,
        id: base.id,
        label: `Shop (${native})`,
        active: null,
        account: accountOf(name),
      };
    const keeper = keepers[name];
    return {
      __typename: "Account" as const,
      ...base,
      business: keeper ? { id: id(keeper), label: `Shop (${keeper.split(":")[1]})` } : null,
    };
  };
  const answer = {
    roles: ["CLIENT"],
    capabilities: ["RECEIVED_INVOICES"],
    certainty: "STATED",
    state: "ACTIVE",
    stateReasons: [],
    contested: false,
    contestedRoles: [],
    contradictions: [],
    coverage: { complete: true, notes: [], oldest: null, newest: null },
    explanation: {
      independentRoutes: 1,
      sentence: "All of it.",
      cut: cut.map((grant) => ({
        id: id(grant),
        label: grant,
        principal: { label: "somebody" },
        resource: { label: "something" },
      })),
    },
    pathGraph: {
      truncated,
      nodes: [...nodes].map((name) => ({ node: node(name) })),
      edges: [...steps].map(([grant, step]) => ({
        relation: step.relation ?? "MEMBER",
        role: step.role ?? null,
        from: { id: id(step.from) },
        to: { id: id(step.to) },
        grant: { id: id(grant), label: `record of ${grant}`, contested: step.contested ?? false },
      })),
    },
    paths: { truncated, nodes: paths.map((path) => pathOf(path, id)) },
  };
  return answer as Access;
}

function pathOf(steps: Step[], id: (plain: string) => string): ProofPath {
  const state = steps.some((step) => step.state === "LATENT") ? "LATENT" : "ACTIVE";
  const path = {
    sentence: steps.map(({ from, to }) => `${from} to ${to}`).join(", "),
    role: "CLIENT",
    certainty: steps.some((step) => step.certainty === "INFERRED") ? "INFERRED" : "STATED",
    state,
    stateReasons: state === "LATENT" ? ["trial_expired"] : [],
    contested: steps.some((step) => step.contested),
    steps: steps.map((step) => ({
      certainty: step.certainty ?? "STATED",
      state: step.state ?? "ACTIVE",
      contested: step.contested ?? false,
      grant: { id: id(grantOf(step)) },
    })),
  };
  return path as ProofPath;
}
