// The picture of a whole answer: bundles of what hangs on one parent, each folded to its first members.
import type { Scene } from "../picture/scene";
import { plain } from "../words";
import { type Branch, byParent, drawnIn, home, type Step } from "./branches";
import type { Named } from "./names";
import { Cards } from "./overview_cards";

export interface Overview {
  root: Named;
  inverse: boolean;
  branches: readonly Branch[];
  /** True once nothing more may be drawn: folds then point to the list. */
  full: boolean;
  /** The path to what is chosen, from the person on. */
  chosen?: readonly Step[];
}

/** The scene of an answer. */
export function overview(given: Overview): Scene {
  const made = new Cards(given.inverse);
  made.card(given.root, { end: true });
  const under = byParent(given.branches);
  const grafts = graftsOf(given, under);
  const end = outward(given).at(-1)?.far;
  const last = end && home(end);
  const waiting = [plain(given.root.id)];
  for (const parent of waiting) {
    for (const branch of under.get(parent) ?? []) {
      for (const member of branch.members.slice(0, branch.shown)) {
        made.member(branch, member);
        waiting.push(plain(member.id));
      }
      const graft = grafts.get(branch.key);
      if (graft) made.member(branch, graft);
      const rest = branch.bundle.count - branch.shown - (graft ? 1 : 0);
      const behind = beyond(branch, under) - (graft && home(graft) !== last ? 1 : 0);
      if (rest > 0) made.fold(branch, rest, given.full, behind);
      if (branch.shown > branch.base) made.closable(home(branch.parent));
    }
  }
  for (const step of outward(given)) made.step(step);
  return {
    root: home(given.root),
    inverse: given.inverse,
    spots: [...made.spots.values()],
    lines: [...made.lines.values()],
  };
}

/** The steps to what is chosen, as they lead away from the root. */
const outward = ({ chosen = [], inverse }: Overview): { near: Named; far: Named; step: Step }[] =>
  (inverse ? [...chosen].reverse() : chosen).map((step) =>
    inverse ? { near: step.to, far: step.from, step } : { near: step.from, far: step.to, step },
  );

/** The folded members that the path to what is chosen takes out of their branches. */
function graftsOf(given: Overview, under: Map<string, Branch[]>): Map<string, Named> {
  const drawn = drawnIn(plain(given.root.id), given.branches).add(home(given.root));
  const grafts = new Map<string, Named>();
  for (const { near, far, step } of outward(given)) {
    if (drawn.has(home(far))) continue;
    const branch = (under.get(plain(near.id)) ?? []).find(
      ({ bundle, shown }) =>
        bundle.relation === step.relation && bundle.role === step.role && shown < bundle.count,
    );
    if (branch && drawn.has(home(near))) grafts.set(branch.key, far);
  }
  return grafts;
}

/** How much hangs on the members of a branch that are not drawn. */
function beyond(branch: Branch, under: Map<string, Branch[]>): number {
  const drawn = branch.members
    .slice(0, branch.shown)
    .flatMap((member) => under.get(plain(member.id)) ?? [])
    .reduce((sum, { bundle }) => sum + bundle.scopes + bundle.scopesBeyond, 0);
  return Math.max(0, branch.bundle.scopesBeyond - drawn);
}
