// What was searched for: its answer begins at the top, where the way back to one keeps its place.

const searched = new Set<string>();

/** Notes that somebody searched for a node. */
export function search(id: string): void {
  searched.add(id);
}

/** Tells, once, whether a node was searched for since it was last asked. */
export function wasSearched(id: string): boolean {
  return searched.delete(id);
}
