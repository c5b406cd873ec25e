// Lines of JSON hold the whole value, and what is folded is exactly what a line opens.
import fc from "fast-check";
import { expect, test } from "vitest";
import { deeper, lineText, sheetOf, shown } from "../../../../src/views/query/results/lines";

test("the lines are the value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(JSON.parse(sheetOf(value).lines.join("\n")))).toBe(text);
    }),
  );
});

test("a line that opens closes at its own depth, and its fold hides what is between", () => {
  const depth = (line: string) => line.length - line.trimStart().length;
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const sheet = sheetOf(value);
      for (const [index, line] of sheet.lines.entries()) {
        const end = sheet.closes[index] ?? 0;
        expect(/[[{]$/.test(line)).toBe(end > 0);
        if (!end) continue;
        expect(depth(sheet.lines[end] ?? "")).toBe(depth(line));
        const left = [...shown(sheet, new Set([index]))];
        expect(left).toEqual([...sheet.lines.keys()].filter((each) => each <= index || each > end));
      }
    }),
  );
});

test("a folded line shows how it ends", () => {
  const sheet = sheetOf({ data: { list: [1, 2] }, more: 0 });
  expect(lineText(sheet, 1, true)).toBe('  "data": { … },');
  expect(lineText(sheet, 1, false)).toBe('  "data": {');
  expect([...deeper(sheet, 1)]).toEqual([1]);
  expect([...shown(sheet, deeper(sheet, 1))]).toEqual([0, 1, 7, 8]);
});

test("a value that is not JSON has no text", () => {
  expect(sheetOf(undefined).lines).toEqual([""]);
});
