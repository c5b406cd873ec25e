// The cards and lines of an answer's picture while it is made.
import type { Line, Spot } from "../picture/scene";
import { count, kindOf, low } from "../words";
import { type Branch, type Bundle, foldId, home, STEP, type Step } from "./branches";
import { cardOf, type Named } from "./names";

export class Cards {
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

  fold(branch: Branch, rest: number, full: boolean, behind: number): void {
    const id = foldId(branch);
    const open = rest > STEP ? `show ${STEP}, Shift: all` : "show them";
    const what = full ? "see them in the list" : open;
    const sub = behind > 0 ? `and ${count(behind)} beyond them` : what;
    this.spots.set(id, {
      id,
      kind: "more",
      title: `+${count(rest)} more`,
      sub,
      count: rest,
      latent: branch.bundle.state === "LATENT",
      speak: `as ${labelOf(branch.bundle)}`,
      ...(!full && { fold: "more" as const }),
    });
    const [member] = branch.members;
    this.line(branch, id, `${home(branch.parent)}>${id}`, member, rest);
  }

  /** Draws a step to what is chosen, as far as no branch has drawn it. */
  step({ near, far, step }: { near: Named; far: Named; step: Step }): void {
    const [from, to] = [home(near), home(far)];
    if (from === to || (this.spots.has(to) && this.joined(from, to))) return;
    this.card(far, step.state === "LATENT" ? { latent: true } : {});
    const id = `${from}>${to}|chosen`;
    this.lines.set(id, {
      id,
      from: this.inverse ? to : from,
      to: this.inverse ? from : to,
      label: low(step.role ?? step.relation),
      certainty: step.certainty,
      latent: step.state === "LATENT",
    });
  }

  private joined(one: string, other: string): boolean {
    return [...this.lines.values()].some(
      ({ from, to }) => (from === one && to === other) || (from === other && to === one),
    );
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
