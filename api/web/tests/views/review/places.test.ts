// The next open item, where a queue opens, and what is marked.
import fc from "fast-check";
import { expect, test } from "vitest";
import { between, marked, nextOpen, opensAt } from "../../../src/views/review/queue/places";

test("the next open item comes after the place, and after the last one from the start", () => {
  const numbers = [5, 3, 9, 1];
  expect(nextOpen(numbers, new Set([5, 1]), 0)).toBe(1);
  expect(nextOpen(numbers, new Set([5, 1]), 3)).toBe(5);
  expect(nextOpen(numbers, new Set([9]), 2)).toBe(9);
  expect(nextOpen(numbers, new Set(), 2)).toBeNull();
  expect(nextOpen([], new Set([1]), -1)).toBeNull();
});

test("stepping through a queue meets each open item once", () => {
  const queues = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1 });
  fc.assert(
    fc.property(queues, fc.infiniteStream(fc.boolean()), (numbers, coins) => {
      const open = new Set(numbers.filter(() => coins.next().value));
      const met: number[] = [];
      const left = new Set(open);
      let place = -1;
      for (let next = nextOpen(numbers, left, place); next !== null; ) {
        met.push(next);
        left.delete(next);
        place = numbers.indexOf(next);
        next = nextOpen(numbers, left, place);
      }
      expect(met).toEqual(numbers.filter((each) => open.has(each)));
    }),
  );
});

test("a queue opens at the item of its link, or at the open one after it", () => {
  const open = new Set([4, 6]);
  expect(opensAt([2, 4, 6], open, 2)).toBe(2);
  expect(opensAt([2, 4, 6], open, 5)).toBe(6);
  expect(opensAt([2, 4, 6], open, Number.NaN)).toBe(4);
  expect(opensAt([2], new Set(), Number.NaN)).toBe(2);
  expect(opensAt([], new Set(), 3)).toBeNull();
});

test("a mark is set and taken away, and a range is set", () => {
  expect(marked(new Set([1]), 1)).toEqual(new Set());
  expect(marked(new Set([1]), 2)).toEqual(new Set([1, 2]));
  expect(marked(new Set([1]), 1, between([1, 5, 3, 8], 2, 1))).toEqual(new Set([1, 5, 3]));
});
