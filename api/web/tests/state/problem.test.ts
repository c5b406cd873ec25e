// Each problem has a face: a sentence, and what can be done.
import { expect, test } from "vitest";
import { FACES, faceOf, Problem } from "../../src/state/problem";

test.each(Object.entries(FACES))("%s is told in whole sentences", (_, { says, help }) => {
  for (const words of [says, help ?? "Fine."]) expect(words).toMatch(/^[A-Z`].*\.$/);
});

test("a code without a face has the server's own words", () => {
  expect(faceOf(new Problem("NEW_CODE", "the moon is full", 400)).says).toBe("The moon is full.");
  expect(faceOf(new Problem("constructor", "odd", 400)).says).toBe("Odd.");
});
