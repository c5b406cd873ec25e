// A command line and Python say exactly the id that was asked about, whatever is in it.
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { asCommand, asPython, literal, word } from "../src/commands";

test("plain words stay plain, others are quoted", () => {
  expect(asCommand(["explain", "b@example.com", "account:Xr82w"])).toBe(
    "explain b@example.com account:Xr82w",
  );
  expect(asCommand(["what-if", "--remove", "role 9"], "2026-01-02T00:00:00Z")).toBe(
    "what-if --remove 'role 9' --as-of 2026-01-02T00:00:00Z",
  );
  expect(word("account:V#CLIENT@business:2")).toBe("'account:V#CLIENT@business:2'");
  expect(word("")).toBe("''");
});

test("a shell reads back what was quoted", () => {
  const texts = ["it's $(id) `id` \\ \" !", "a\nb", "~", "*"];
  const said = execFileSync("sh", ["-c", `printf '%s\\0' ${texts.map(word).join(" ")}`], {
    encoding: "utf8",
  });
  expect(said.split("\0").slice(0, -1)).toEqual(texts);
});

test("a literal holds one line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(literal(text)).not.toMatch(/[\n\r]/);
      expect(JSON.parse(literal(text))).toBe(text);
    }),
  );
  expect(asPython('g.access("a", "b")')).toBe(
    'import inroads\n\ng = inroads.load("inroads.db")\ng.access("a", "b")',
  );
});
