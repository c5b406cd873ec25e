// A cell says its role and each doubt about it; a CSV holds the same.
import { expect, test } from "vitest";
import { choice, turned, who } from "../../../src/views/matrix/choice";
import { fileOf } from "../../../src/views/matrix/csv";
import { shape } from "../../../src/views/matrix/shape";
import { type Cell, Table } from "../../../src/views/matrix/table";
import { SHORT, sentence, short } from "../../../src/views/matrix/words";

const doubtful: Cell = {
  roles: ["MANAGER", "ACCOUNTANT"],
  certainty: "INFERRED",
  state: "LATENT",
  contested: true,
};

test("the short words are told apart", () => {
  expect(new Set(Object.values(SHORT)).size).toBe(Object.keys(SHORT).length);
  expect(short(doubtful)).toBe("man+1!");
  expect(short(null)).toBe("");
  expect(short(undefined)).toBe("…");
});

test("a sentence says all of it", () => {
  expect(sentence("b@example.com", "BillSpring", doubtful)).toBe(
    "b@example.com at BillSpring: manager and accountant, inferred, latent, contested",
  );
  expect(sentence("b", "B", null)).toBe("b at B: no access");
  expect(sentence("b", "B", undefined)).toBe("b at B: not read yet");
});

test("a CSV has what is shown", () => {
  const table = new Table();
  table.place("business:1", "=cmd, Inc");
  table.person("identity:1", "b@example.com", true);
  table.person("identity:2", "c@example.com");
  table.access("identity:1", "business:1", doubtful);
  expect(fileOf(shape(table, undefined, "name", true))).toBe(
    [
      `person,id,businesses,"'=cmd, Inc [business:1]"`,
      `b@example.com,identity:1,1,"manager and accountant, inferred, latent, contested"`,
      "c@example.com,identity:2,0 or more,not read",
      "",
    ].join("\r\n"),
  );
});

test("a choice is read from a link, and written as it was", () => {
  const read = choice("business:1, identity:2,business:1,account:x@~1f,evil");
  expect(read).toEqual({ people: ["identity:2"], places: ["business:1", "account:x"] });
  expect(who(read)).toBe("business:1,account:x,identity:2");
  expect(who(turned(turned(read, "identity:3"), "identity:3"))).toBe(who(read));
  expect(who(choice(undefined))).toBeNull();
});
