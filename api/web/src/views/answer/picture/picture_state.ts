// The picture of an answer as it is unfolded: ten more at a time, or as many as may be drawn.
import { computed, signal } from "@preact/signals";
import bundles from "documents/answer_bundles.graphql";
import type { AnswerBundlesListFragment } from "../../../generated/operations";
import type { Scene, Spot } from "../../../picture/scene";
import { type Branch, home, STEP, type Step } from "../../../scenes/branches";
import type { Named } from "../../../scenes/names";
import { overview } from "../../../scenes/overview";
import { ask } from "../../../state/client";
import { Problem, problemOf } from "../../../state/problem";
import { kindOf } from "../../../words";
import { type Asked, filterOf } from "../question/asked";
import { drawn, folded, folding, grown, MOST, planted, shown, type Tree } from "./tree";

/** The bundles of the first question, and the members of each. */
const FIRST = { first: 100, members: 6 };

/** The members of one question: of a bundle on which nothing hangs, and of one with what hangs on them. */
const ALONE = { first: 1, members: 100 };
const WITH_ALL = { first: 70, members: 20 };

interface Planted {
  root: Named;
  tree: Tree;
}

export class PictureState {
  readonly planted = signal<Planted | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly busy = signal(false);
  /** The path to what is chosen, which is drawn even where it is folded. */
  readonly path = signal<readonly Step[]>([]);
  /** The card that keeps its place when the scene changes. */
  anchor: string | undefined;
  private ended = new AbortController();

  /** The ids of the drawn cards. */
  readonly cards = computed(() => {
    const found = this.planted.value;
    return found ? drawn(found.tree, this.asked.id) : new Set<string>();
  });
  readonly full = computed(() => this.cards.value.size >= MOST);
  readonly scene = computed<Scene | null>(() => {
    const found = this.planted.value;
    if (!found) return null;
    const { root, tree } = found;
    const inverse = kindOf(root.id) !== "identity";
    const { branches } = tree;
    return overview({ root, inverse, branches, full: this.full.value, chosen: this.path.value });
  });

  constructor(private readonly asked: Asked) {
    this.begin();
  }

  /** Asks for the nearest bundles. */
  begin(): void {
    this.run(async (abort) => {
      const { root, list } = await this.fetch({ ...FIRST, after: null }, abort);
      this.planted.value = { root, tree: planted(list, this.asked.id) };
    });
  }

  /** Opens a fold by ten, or as a whole; or closes what is open under a card. */
  unfold(spot: Spot, all: boolean): void {
    const found = this.planted.peek();
    if (!found || this.busy.peek()) return;
    const branch = folding(found.tree, spot.id);
    if (!branch) {
      this.anchor = spot.id;
      this.planted.value = { ...found, tree: folded(found.tree, spot.id) };
      return;
    }
    this.anchor = home(branch.parent);
    const wanted = all ? branch.bundle.count : branch.shown + STEP;
    const room = Math.max(0, MOST - this.cards.peek().size);
    this.run((abort) => this.show(branch.key, Math.min(wanted, branch.shown + room), abort));
  }

  /** The name of a drawn card. */
  nameOf(id: string): string | null {
    return this.scene.peek()?.spots.find((spot) => spot.id === id)?.title ?? null;
  }

  /** Draws the path to what is chosen; nothing else moves. */
  lead(path: readonly Step[]): void {
    const root = this.planted.peek()?.root;
    if (!path.length && !this.path.peek().length) return;
    this.anchor = root && home(root);
    this.path.value = path;
  }

  end(): void {
    this.ended.abort();
  }

  /** Draws so many members of a branch, and loads them first. */
  private async show(key: string, wanted: number, abort: AbortSignal): Promise<void> {
    for (;;) {
      const found = this.planted.peek();
      const branch = found?.tree.branches.find((each) => each.key === key);
      if (!found || !branch) return;
      const missing = wanted - branch.members.length;
      if (missing <= 0 || !branch.after) {
        this.planted.value = { ...found, tree: this.within(found.tree, branch, wanted) };
        return;
      }
      const { first, members } = branch.bundle.scopesBeyond > 0 ? WITH_ALL : ALONE;
      const page = { first, members: Math.min(members, missing), after: branch.after };
      const { list } = await this.fetch(page, abort);
      this.planted.value = { ...found, tree: grown(found.tree, key, list) };
    }
  }

  /** Draws so many members, or as many of them as the picture has room for with all that hangs on them. */
  private within(tree: Tree, branch: Branch, wanted: number): Tree {
    let [low, high] = [branch.shown, wanted];
    const fits = (number: number) =>
      drawn(shown(tree, branch.key, number), this.asked.id).size <= MOST;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (fits(middle)) low = middle;
      else high = middle - 1;
    }
    return shown(tree, branch.key, low);
  }

  private async fetch(
    page: { first: number; members: number; after: string | null },
    abort: AbortSignal,
  ): Promise<{ root: Named; list: AnswerBundlesListFragment }> {
    const { id, at } = this.asked;
    const { graph } = await ask(bundles, { id, at, filter: filterOf(this.asked), ...page }, abort);
    const node = graph?.node;
    if (!node || node.__typename === "Group")
      throw new Problem("NOT_FOUND", "nothing is known of it", 200);
    const found = node.__typename === "Identity" ? node.reach : node.reachedBy;
    return { root: node, list: found.bundles };
  }

  private run(task: (abort: AbortSignal) => Promise<void>): void {
    const abort = this.ended.signal;
    this.busy.value = true;
    this.problem.value = null;
    task(abort)
      .catch((thrown: unknown) => {
        if (!abort.aborted) this.problem.value = problemOf(thrown);
      })
      .finally(() => {
        this.busy.value = false;
      });
  }
}
