// Rows: each column takes the places nearest to what its neighbours want, in order and without overlap.
import { GAP } from "./measures";
import { mean, type Slot } from "./slots";

const ROUNDS = 8;

/** Sets the row of every slot. The order within columns stays. */
export function settleAll(columns: readonly Slot[][]): void {
  for (const column of columns)
    settle(
      column,
      column.map(() => 0),
    );
  for (let round = 0; round < ROUNDS; round++) {
    const side = round % 2 ? "far" : "near";
    for (const column of round % 2 ? columns.toReversed() : columns)
      settle(
        column,
        column.map((slot) => (slot[side].length ? mean(slot[side].map(({ y }) => y)) : slot.y)),
      );
  }
}

interface Pool {
  wish: number;
  weight: number;
  size: number;
}

/**
 * The rows with the least squared distance from the wishes, among those that keep the order and the room
 * of each: pooled adjacent violators, one pass over the column.
 */
export function settle(column: readonly Slot[], wishes: readonly number[]): void {
  const offsets: number[] = [];
  let offset = 0;
  column.forEach((slot, i) => {
    const before = column[i - 1];
    if (before) offset += before.down + GAP + slot.up;
    offsets.push(offset);
  });
  const pools: Pool[] = [];
  column.forEach((slot, i) => {
    let pool = { wish: (wishes[i] ?? 0) - (offsets[i] ?? 0), weight: slot.weight, size: 1 };
    for (let last = pools.at(-1); last && last.wish > pool.wish; last = pools.at(-1)) {
      const weight = last.weight + pool.weight;
      const wish = (last.wish * last.weight + pool.wish * pool.weight) / weight;
      pool = { wish, weight, size: last.size + pool.size };
      pools.pop();
    }
    pools.push(pool);
  });
  let i = 0;
  for (const { wish, size } of pools)
    for (const end = i + size; i < end; i++) {
      const slot = column[i];
      if (slot) slot.y = wish + (offsets[i] ?? 0);
    }
}
