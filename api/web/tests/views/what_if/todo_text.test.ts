// The checklist has each record once, in order, and nothing in it can become markup of a ticket.
import { expect, test } from "vitest";
import { type Removed, tasksOf, todoText } from "../../../src/views/what_if/todo_text";

const remedy = (record: string, more: object = {}) => ({
  record,
  dialect: "roles",
  action: "destroy it",
  destroy: null,
  source: "a.json",
  pointer: "/response/roles/0",
  ...more,
});
const grants = (...remediation: object[]) => [{ remediation }] as unknown as Removed[];

test("a record that states two grants is one task", () => {
  const removed = [...grants(remedy("role 1"), remedy("role 2")), ...grants(remedy("role 1"))];
  expect(tasksOf(removed).map(({ record }) => record)).toEqual(["role 1", "role 2"]);
});

test("tasks, notes and the link", () => {
  expect(todoText(grants(remedy("role 1", { destroy: "/role/1" })), ["Mind this."], "#x")).toBe(
    "## To do in the service\n\n" +
      "- [ ] role 1: destroy it (its own link: `/role/1`)\n" +
      "      `a.json /response/roles/0`\n\n> Mind this.\n\n#x\n",
  );
});

test("hostile text stays text", () => {
  const text = todoText(
    grants(remedy("[x](http://evil) <img>", { source: "a`b``c", action: "see\n- [x] done\u202e" })),
    [],
    "#x",
  );
  expect(text).toContain("\\[x\\](http://evil) \\<img\\>");
  expect(text).toContain("see\\\\u{000a}- \\[x\\] done\\\\u{202e}");
  expect(text).toContain("``` a`b``c /response/roles/0 ```");
});
