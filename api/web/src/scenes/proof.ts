// Every path of one access as a scene: each node once, each grant as a line of its own.
import type { ProofQuery } from "../generated/operations";
import type { Certainty, Kind, Line, Scene, Spot } from "../picture/scene";
import { kindOf, low, plain } from "../words";
import { cardOf } from "./names";

type Graph = NonNullable<ProofQuery["graph"]>;
export type Access = NonNullable<Graph["access"]>;
/** A node on a path, or at an end of it. */
export type End = NonNullable<Graph["resource"]>;
export type ProofPath = Access["paths"]["nodes"][number];
type Edge = Access["pathGraph"]["edges"][number];

/** The ends of an access, by their ids without marks. */
export interface Pair {
  principal: string;
  resource: string;
}

/** The ids of the grants of a path, in the order of its steps. */
export const grantsOf = (path: ProofPath): string[] =>
  path.steps.flatMap(({ grant }) => (grant ? [plain(grant.id)] : []));

/** The paths that are left without some grants. */
export function remaining(access: Access, gone: readonly string[]): ProofPath[] {
  const away = new Set(gone);
  return access.paths.nodes.filter((path) => !grantsOf(path).some((grant) => away.has(grant)));
}

/**
 * The grants that still lead this person on: those of the remaining paths, and those of the others
 * up to the first that is gone. Whoever owns a business still does when its client relation goes.
 */
function standing(access: Access, gone: readonly string[]): Set<string> {
  const away = new Set(gone);
  return new Set(
    access.paths.nodes.flatMap((path) => {
      const grants = grantsOf(path);
      const end = grants.findIndex((grant) => away.has(grant));
      return end < 0 ? grants : grants.slice(0, end);
    }),
  );
}

/**
 * The scene of an access, from the identity on the left to the resource on the right.
 *
 * `gone` are the ids of the grants that are imagined away: what this person no longer comes to has ended.
 */
export function proofScene(access: Access, pair: Pair, gone: readonly string[] = []): Scene {
  const { nodes, edges } = access.pathGraph;
  const apart = contestedAccounts(edges);
  const cards = new Map(nodes.map(({ node }) => [plain(node.id), homeOf(node, apart)]));
  const card = (id: string): string => cards.get(plain(id)) ?? plain(id);
  const steps = stepsOf(access.paths.nodes);
  const left = standing(access, gone);
  const cut = new Set(access.explanation.cut.map(({ id }) => plain(id)));
  const lines = edges
    .filter((edge) => card(edge.from.id) !== card(edge.to.id))
    .map((edge): Line => {
      const id = plain(edge.grant.id);
      const step = steps.get(id);
      return {
        id,
        from: card(edge.from.id),
        to: card(edge.to.id),
        label: low(edge.role ?? edge.relation),
        certainty: step?.certainty ?? "STATED",
        latent: step ? !step.active : false,
        contested: edge.grant.contested,
        ended: gone.length > 0 && !left.has(id),
        cut: cut.has(id),
      };
    });
  const ends = [card(pair.principal), card(pair.resource)];
  const spots = new Map<string, Spot>();
  for (const { node } of nodes) {
    const id = card(node.id);
    // A business tells more of itself than its account does.
    if (!spots.has(id) || node.__typename === "Business")
      spots.set(id, { ...spotOf(node, id), end: ends.includes(id) });
  }
  return {
    root: card(pair.principal),
    spots: [...spots.values()].map((spot) => stateOf(spot, lines, card(pair.principal))),
    lines,
  };
}

/** Accounts of which it is contested who keeps them: to draw them within a business would take a side. */
function contestedAccounts(edges: readonly Edge[]): Set<string> {
  const found = edges.filter((edge) => edge.relation === "KEEPS" && edge.grant.contested);
  return new Set(found.flatMap(({ from, to }) => [plain(from.id), plain(to.id)]).filter(isAccount));
}

const isAccount = (id: string): boolean => kindOf(id) === "account";

/** The card of a node: an account is drawn within the business that keeps it. */
function homeOf(node: End, apart: ReadonlySet<string>): string {
  const id = plain(node.id);
  if (node.__typename !== "Account" || !node.business || apart.has(id)) return id;
  return plain(node.business.id);
}

interface Taken {
  certainty: Certainty;
  active: boolean;
}

/** How sure and how alive each step is at its best. */
function stepsOf(paths: readonly ProofPath[]): Map<string, Taken> {
  const rank = ["STATED", "INFERRED", "ASSOCIATED"];
  const found = new Map<string, Taken>();
  for (const { grant, certainty, state } of paths.flatMap((path) => path.steps)) {
    if (!grant) continue;
    const known = found.get(plain(grant.id));
    const surer = !known || rank.indexOf(certainty) < rank.indexOf(known.certainty);
    found.set(plain(grant.id), {
      certainty: surer ? certainty : known.certainty,
      active: state === "ACTIVE" || (known?.active ?? false),
    });
  }
  return found;
}

function spotOf(node: End, id: string): Spot {
  const kind = kindOf(id) as Kind;
  const apart = kind === "account" && node.__typename === "Account" && node.business;
  if (apart) return { id, kind, title: node.label, sub: "who keeps it is contested" };
  return { id, kind, ...cardOf(node) };
}

/** A card is latent, or has ended, where every line to it is. */
function stateOf(spot: Spot, lines: readonly Line[], root: string): Spot {
  const into = lines.filter(({ to }) => to === spot.id);
  if (spot.id === root || !into.length) return spot;
  return {
    ...spot,
    latent: into.every((line) => line.latent),
    ended: into.every((line) => line.ended),
  };
}
