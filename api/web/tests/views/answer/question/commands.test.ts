// A question as a command and as Python says all of the question, whatever is in an id.
import fc from "fast-check";
import { expect, test } from "vitest";
import { askedOf } from "../../../../src/views/answer/question/asked";
import { commandOf, pythonOf } from "../../../../src/views/answer/question/commands";

const all = askedOf({
  who: "identity:712052",
  role: "OWNER,CLIENT",
  sure: "STATED",
  state: "ACTIVE",
  contested: "no",
  sort: "NAME",
  at: "2026-01-02T00:00:00Z",
});

test("a command has every part of the question", () => {
  expect(commandOf(all)).toBe(
    "reach identity:712052 --role owner --role client --certainty stated --state active" +
      " --no-contested --sort name --as-of 2026-01-02T00:00:00Z",
  );
  expect(commandOf(askedOf({ who: "account:Xr82w", contested: "yes" }))).toBe(
    "reached-by account:Xr82w --contested",
  );
});

test("Python has every part of the question", () => {
  expect(pythonOf(askedOf({ who: "business:1" }))).toBe(
    'import inroads\n\ng = inroads.load("inroads.db")\nanswer = g.reached_by("business:1")\nprint(answer)',
  );
  expect(pythonOf(all).split("\n").slice(-3)).toEqual([
    'g = inroads.load("inroads.db", as_of=dt.datetime.fromisoformat("2026-01-02T00:00:00Z"))',
    'answer = g.reach("identity:712052", roles=["OWNER", "CLIENT"], certainty="STATED", state="ACTIVE", contested=False)',
    "rows = answer.rows_of(answer.sorted_by(AccessOrder.NAME).summaries)",
  ]);
});

test("an id is one word of a shell, and one literal of Python", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const asked = askedOf({ who: `account:${text}` });
      const word = commandOf(asked).slice("reached-by ".length);
      const quoted = word.startsWith("'");
      expect(quoted ? word.slice(1, -1).replaceAll("'\\''", "'") : word).toBe(`account:${text}`);
      if (!quoted) expect(word).toMatch(/^[\w@%+=:,./-]+$/);
      expect(pythonOf(asked).split("\n")).toHaveLength(5);
    }),
  );
});
