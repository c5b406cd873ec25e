// A long list loads the pages in sight alone, all of the version that it began with.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem } from "../../../../src/state/problem";
import { PagedList } from "../../../../src/views/answer/list/paged_list";

interface Asked {
  offset: number;
  anchor: string | null;
  aborted: () => boolean;
}

function listOf(total: number, fails: (offset: number) => string | null = () => null, lasts = 10) {
  const asked: Asked[] = [];
  const list = new PagedList<number>(async ({ offset, size, anchor }, abort) => {
    asked.push({ offset, anchor, aborted: () => abort.aborted });
    await new Promise((rest) => setTimeout(rest, lasts));
    const code = fails(offset);
    if (code) throw new Problem(code, "no", 200);
    const length = Math.max(0, Math.min(size, total - offset));
    return { rows: Array.from({ length }, (_, place) => offset + place), total, anchor: "first" };
  });
  return { list, asked };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("only what is seen is loaded, after the cursor of the first row", async () => {
  const { list, asked } = listOf(100_000);
  await vi.advanceTimersByTimeAsync(20);
  expect(list.total.value).toBe(100_000);
  list.see(50_150, 50_230);
  await vi.advanceTimersByTimeAsync(200);
  expect(asked.map(({ offset, anchor }) => [offset, anchor])).toEqual([
    [0, null],
    [50_100, "first"],
    [50_200, "first"],
  ]);
  expect(list.item(50_200)).toBe(50_200);
  expect(list.item(60_000)).toBeNull();
  expect(list.place((row) => row === 50_199)).toBe(50_199);
  expect(list.place((row) => row === 70_000)).toBe(-1);
});

test("a quick scroll asks for the last place only, and drops what is out of sight", async () => {
  const { list, asked } = listOf(100_000);
  await vi.advanceTimersByTimeAsync(20);
  for (let place = 1000; place < 90_000; place += 1000) list.see(place, place + 20);
  await vi.advanceTimersByTimeAsync(65);
  expect(asked).toHaveLength(2);
  list.see(20, 40);
  await vi.advanceTimersByTimeAsync(1);
  list.see(500, 520);
  await vi.advanceTimersByTimeAsync(65);
  expect(asked.map(({ offset }) => offset)).toEqual([0, 89_000, 500]);
});

test("a page that is still awaited is ended when it leaves the sight", async () => {
  const { list, asked } = listOf(100_000, () => null, 500);
  await vi.advanceTimersByTimeAsync(600);
  list.see(1000, 1020);
  await vi.advanceTimersByTimeAsync(100);
  list.see(9000, 9020);
  await vi.advanceTimersByTimeAsync(700);
  expect(asked.map(({ aborted }) => aborted())).toEqual([false, true, false]);
  expect([list.item(1000), list.item(9000)]).toEqual([null, 9000]);
});

test("every page can be loaded, each once", async () => {
  const { list, asked } = listOf(450);
  await vi.advanceTimersByTimeAsync(20);
  list.seeAll();
  list.seeAll();
  await vi.advanceTimersByTimeAsync(20);
  expect(asked.map(({ offset }) => offset)).toEqual([0, 100, 200, 300, 400]);
  expect(list.place((row) => row === 449)).toBe(449);
});

test("a version that is gone is told as such, and any other problem can be tried again", async () => {
  let code: string | null = "VERSION_EXPIRED";
  const { list } = listOf(1000, (offset) => (offset ? code : null));
  await vi.advanceTimersByTimeAsync(20);
  list.see(500, 510);
  await vi.advanceTimersByTimeAsync(100);
  expect([list.gone.value, list.problem.value]).toEqual([true, null]);
  code = "BUSY";
  list.see(600, 610);
  await vi.advanceTimersByTimeAsync(100);
  expect(list.problem.value?.code).toBe("BUSY");
  code = null;
  list.again();
  await vi.advanceTimersByTimeAsync(100);
  expect([list.problem.value, list.item(600)]).toEqual([null, 600]);
});
