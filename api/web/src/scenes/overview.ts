// The picture of a whole answer: bundles of what hangs on one parent, each folded to its first members.
import type { AnswerBundlesListFragment } from "../generated/operations";
import type { Line, Scene, Spot } from "../picture/scene";
import { count, kindOf, low, plain } from "../words";
import { cardOf, type Named } from "./names";

/** A bundle as the API lists it. */
export type Bundle = AnswerBundlesListFragment["nodes"][number];

/** A bundle of the picture, of which the first `shown` of its loaded members are drawn. */
export interface Branch {
  /** The same for the same bundle of an answer. */
  key: string;
  parent: Named;
  bundle: Bundle;
  members: readonly Named[];
  /** The cursor of the members that are not loaded; null if all are. */
  after: string | null;
  shown: number;
  /** The number that is drawn when the branch is folded. */
  base: number;
}

export interface Overview {
  root: Named;
  inverse: boolean;
  branches: readonly Branch[];
  /** True once nothing more may be drawn: folds then point to the list. */
  full: boolean;
}

/** The id of the card on which a node is drawn: an account is within the business that keeps it. */
export const home = (node: Named): string =>
  plain(node.__typename === "Account" && node.business ? node.business.id : node.id);

/** The id of the card that stands for the members of a branch that are not drawn. */
export const foldId = (branch: Branch): string => `more:${branch.key}`;

/** The scene of an answer. */
export function overview(given: Overview): Scene {
  const made = new Cards(given.inverse);
  made.card(given.root, { end: true });
  const under = byParent(given.branches);
  const waiting = [plain(given.root.id)];
  for (const parent of waiting) {
    for (const branch of under.get(parent) ?? []) {
      for (const member of branch.members.slice(0, branch.shown)) {
        made.member(branch, member);
        waiting.push(plain(member.id));
      }
      if (branch.shown < branch.bundle.count) made.fold(branch, given.full, beyond(branch, under));
      if (branch.shown > branch.base) made.closable(home(branch.parent));
    }
  }
  return {
    root: home(given.root),
    inverse: given.inverse,
    spots: [...made.spots.values()],
    lines: [...made.lines.values()],
  };
}

/** The branches of each parent, by its plain id. */
export function byParent(branches: readonly Branch[]): Map<string, Branch[]> {
  const found = new Map<string, Branch[]>();
  for (const branch of branches) {
    const parent = plain(branch.parent.id);
    found.set(parent, [...(found.get(parent) ?? []), branch]);
  }
  return found;
}

/** How much hangs on the members of a branch that are not drawn. */
function beyond(branch: Branch, under: Map<string, Branch[]>): number {
  const drawn = branch.members
    .slice(0, branch.shown)
    .flatMap((member) => under.get(plain(member.id)) ?? [])
    .reduce((sum, { bundle }) => sum + bundle.scopes + bundle.scopesBeyond, 0);
  return Math.max(0, branch.bundle.scopesBeyond - drawn);
}

/** The cards and lines of a scene while it is made. */
class Cards {
  readonly spots = new Map<string, Spot>();
  readonly lines = new Map<string, Line>();

  constructor(private readonly inverse: boolean) {}

  card(node: Named, more: Partial<Spot> = {}): void {
    const id = home(node);
    const had = this.spots.get(id);
    if (had) {
      // The node has two grants: it is as alive as the better one.
      if (had.latent && !more.latent) this.spots.set(id, { ...had, latent: false });
      return;
    }
    this.spots.set(id, { id, kind: kindOf(id) as Spot["kind"], ...cardOf(node), ...more });
  }

  member(branch: Branch, member: Named): void {
    const { bundle } = branch;
    this.card(member, bundle.state === "LATENT" ? { latent: true } : {});
    const [near, far] = [home(branch.parent), home(member)];
    if (near !== far) this.line(branch, far, `${near}>${far}|${wayOf(bundle)}`, member);
  }

  fold(branch: Branch, full: boolean, behind: number): void {
    const rest = branch.bundle.count - branch.shown;
    const id = foldId(branch);
    const next = Math.min(10, rest);
    const what = full ? "see them in the list" : `show ${count(next)} · ⇧ all`;
    const sub = behind > 0 ? `and ${count(behind)} beyond them` : what;
    this.spots.set(id, {
      id,
      kind: "more",
      title: `+${count(rest)} more`,
      sub,
      count: rest,
      latent: branch.bundle.state === "LATENT",
      speak: `${count(rest)} more as ${labelOf(branch.bundle)}, ${sub}`,
      ...(!full && { fold: "more" as const }),
    });
    const [member] = branch.members;
    this.line(branch, id, `${home(branch.parent)}>${id}`, member, rest);
  }

  closable(id: string): void {
    const spot = this.spots.get(id);
    if (spot) this.spots.set(id, { ...spot, fold: "less" });
  }

  private line(
    { parent, bundle }: Branch,
    far: string,
    id: string,
    member: Named | undefined,
    rest?: number,
  ): void {
    const near = home(parent);
    const own = this.inverse && member?.__typename === "Identity";
    this.lines.set(id, {
      id,
      from: this.inverse ? far : near,
      to: this.inverse ? near : far,
      label: labelOf(bundle),
      // Whoever holds it holds it by a record; what follows from it is inferred on the next line.
      certainty: own ? "STATED" : bundle.certainty,
      latent: bundle.state === "LATENT",
      ...(rest && { count: rest }),
    });
  }
}

const labelOf = (bundle: Bundle): string => low(bundle.role ?? bundle.relation);

const wayOf = ({ relation, role, certainty, state }: Bundle): string =>
  [relation, role ?? "", certainty, state].join("|");
