// The branches of an answer's picture: what is loaded of them, and how much of it is drawn.
import type { AnswerBundlesListFragment } from "../../../generated/operations";
import { type Branch, type Bundle, drawnIn, foldId, home } from "../../../scenes/branches";
import { plain } from "../../../words";

/** The most cards of a picture: beyond, it is slow and nobody finds anything in it. */
export const MOST = 500;

/** The cards of the first picture, roughly: so many fit a screen and can be read. */
const FIRST = 24;

export interface Tree {
  branches: readonly Branch[];
  /** The number of bundles that the answer has, of which these may be the nearest. */
  total: number;
  truncated: boolean;
}

/** The tree of the first answer, folded to what one can read. */
export function planted(list: AnswerBundlesListFragment, root: string): Tree {
  const near = list.nodes.filter(({ parent }) => isNear(parent.id, root, list.nodes)).length;
  const most = Math.max(1, Math.min(5, Math.floor(FIRST / Math.max(1, near))));
  const branches = keyed(list.nodes, new Set()).map(([key, bundle]) =>
    branchOf(key, bundle, isNear(bundle.parent.id, root, list.nodes) ? most : Math.min(most, 3)),
  );
  return { branches, total: list.totalCount, truncated: list.truncated };
}

/** The tree with the next members of a branch, and what hangs on these. */
export function grown(tree: Tree, key: string, list: AnswerBundlesListFragment): Tree {
  const [same, ...others] = list.nodes;
  if (!same) return tree;
  const keys = new Set(tree.branches.map((branch) => branch.key));
  const base = Math.min(3, Math.max(1, ...tree.branches.map((branch) => branch.base)));
  return {
    ...tree,
    branches: [
      ...tree.branches.map((branch) =>
        branch.key === key
          ? { ...branch, members: [...branch.members, ...same.members], after: same.after }
          : branch,
      ),
      ...keyed(others, keys).map(([each, bundle]) => branchOf(each, bundle, base)),
    ],
  };
}

/** The tree in which so many members of a branch are drawn, as far as they are loaded. */
export function shown(tree: Tree, key: string, number: number): Tree {
  const branches = tree.branches.map((branch) =>
    branch.key === key ? { ...branch, shown: Math.min(number, branch.members.length) } : branch,
  );
  return { ...tree, branches };
}

/** The tree in which everything under a card is as it was at first. */
export function folded(tree: Tree, card: string): Tree {
  const branches = tree.branches.map((branch) =>
    home(branch.parent) === card ? { ...branch, shown: branch.base } : branch,
  );
  return { ...tree, branches };
}

/** The branch of a fold card. */
export const folding = (tree: Tree, card: string): Branch | null =>
  tree.branches.find((branch) => foldId(branch) === card) ?? null;

/** The cards that are drawn for nodes below the root. */
export const drawn = (tree: Tree, root: string): Set<string> => drawnIn(root, tree.branches);

function branchOf(key: string, bundle: Bundle, most: number): Branch {
  const base = bundle.count <= most + 1 ? Math.min(bundle.count, bundle.members.length) : most;
  return {
    key,
    parent: bundle.parent,
    bundle,
    members: bundle.members,
    after: bundle.after,
    shown: base,
    base,
  };
}

/** Bundles with their keys. Grants of several roles may look alike: then a number tells them apart. */
function keyed(bundles: readonly Bundle[], taken: Set<string>): [string, Bundle][] {
  return bundles.map((bundle) => {
    const { parent, relation, role, certainty, state } = bundle;
    const plainKey = [plain(parent.id), relation, role, certainty, state].join("|");
    let key = plainKey;
    for (let number = 2; taken.has(key); number++) key = `${plainKey}|${number}`;
    taken.add(key);
    return [key, bundle];
  });
}

/** Whether a parent is what was asked about, or its other half over KEEPS. */
function isNear(parent: string, root: string, bundles: readonly Bundle[]): boolean {
  if (plain(parent) === root) return true;
  return bundles.some(
    (each) =>
      each.relation === "KEEPS" &&
      plain(each.parent.id) === root &&
      each.members.some(({ id }) => id === parent),
  );
}
