// Rows are the nearest to the wishes that keep order and room.
import fc from "fast-check";
import { expect, test } from "vitest";
import { GAP } from "../../../src/picture/layout/measures";
import { settle } from "../../../src/picture/layout/rows";
import type { Slot } from "../../../src/picture/layout/slots";

const number = fc.integer({ min: -500, max: 500 });

const wished = fc.array(
  fc.record({
    wish: number,
    other: fc.nat({ max: 300 }),
    up: fc.integer({ min: 5, max: 60 }),
    down: fc.integer({ min: 5, max: 60 }),
    weight: fc.constantFrom(1, 4),
  }),
  { minLength: 1, maxLength: 12 },
);

const slot = (part: { up: number; down: number; weight: number }): Slot => ({
  key: "",
  column: 0,
  part: 0,
  index: 0,
  y: 0,
  near: [],
  far: [],
  ...part,
});

test("slots keep their order and their room, as near to their wishes as that allows", () => {
  fc.assert(
    fc.property(wished, number, (parts, start) => {
      const column = parts.map(slot);
      settle(
        column,
        parts.map(({ wish }) => wish),
      );
      const cost = (ys: number[]) =>
        ys.reduce(
          (sum, y, i) => sum + (parts[i]?.weight ?? 0) * (y - (parts[i]?.wish ?? 0)) ** 2,
          0,
        );
      // Any other rows with order and room: each one leaves some more room after the one before.
      let below = start;
      const others = parts.map(({ up, down, other }, i) => {
        const y = below + (i ? GAP + up : 0) + other;
        below = y + down;
        return y;
      });
      const found = column.map(({ y }) => y);
      expect(cost(found)).toBeLessThanOrEqual(cost(others) + 1e-6);
      for (let i = 1; i < column.length; i++) {
        const [a, b] = [column[i - 1] as Slot, column[i] as Slot];
        expect(b.y - b.up - a.y - a.down).toBeGreaterThanOrEqual(GAP - 1e-6);
      }
    }),
  );
});
