// All ways through a card or a line: what leads to it, and what it leads to.
import { grouped } from "./layout/layers";
import type { Scene } from "./scene";

/** The ids of the cards and lines on any way through what is picked, itself among them. */
export function waysThrough({ lines }: Scene, picked: string): Set<string> {
  const found = new Set([picked]);
  const line = lines.find(({ id }) => id === picked);
  const follow = (start: string, from: "from" | "to", to: "from" | "to") => {
    const next = grouped(lines, (each) => each[from]);
    const seen = new Set([start]);
    const stack = [start];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      found.add(id);
      for (const each of next.get(id) ?? []) {
        found.add(each.id);
        if (seen.has(each[to])) continue;
        seen.add(each[to]);
        stack.push(each[to]);
      }
    }
  };
  follow(line?.from ?? picked, "to", "from");
  follow(line?.to ?? picked, "from", "to");
  return found;
}

/** The ids of what is on the one way that a scene marks, with the cards at the ends of its lines. */
export function wayOf({ lines, way = [] }: Scene): Set<string> {
  const taken = lines.filter(({ id }) => way.includes(id));
  return new Set(taken.flatMap(({ id, from, to }) => [id, from, to]));
}
