// Names of nodes: never empty, never endless, and nothing in them that reorders what is read.
import { expect, test } from "vitest";
import { cardOf, namesOf } from "../../src/scenes/names";

const identity = { __typename: "Identity", id: "identity:1", label: "ada@example.com" };

test("a person has an email and a name, on a card in two lines", () => {
  const ada = { ...identity, firstName: "Ada", lastName: "Khan" };
  expect(namesOf(ada)).toEqual({ title: "ada@example.com", sub: "Ada Khan" });
  expect(cardOf(ada)).toEqual({ title: "ada", sub: "@example.com · Ada Khan" });
  expect(cardOf({ ...identity, label: "identity 1" })).toEqual({
    title: "identity 1",
    sub: "identity 1",
  });
});

test("a business has its name once, its id and its account", () => {
  const business = { __typename: "Business", id: "business:7", label: "A (7) (7)", active: false };
  expect(namesOf({ ...business, account: { id: "account:x" } })).toEqual({
    title: "A (7)",
    sub: "7 · account x · inactive",
  });
  expect(namesOf({ ...business, label: "business 7", active: null })).toEqual({
    title: "business 7",
    sub: "",
  });
});

test("an account is named by the business that keeps it", () => {
  const account = { __typename: "Account", id: "account:x", label: "account x" };
  const business = { id: "business:7", label: "Hut (7)" };
  expect(namesOf({ ...account, business })).toEqual({ title: "Hut", sub: "7 · account x" });
  expect(namesOf({ ...account, business: null })).toEqual({
    title: "account x",
    sub: "no business known",
  });
});

test("what documents spell is cut, and steers nothing", () => {
  const long = namesOf({ ...identity, label: "x".repeat(5000), firstName: "\u202e<script>\0" });
  expect(long.title.length).toBeLessThan(200);
  expect(long.title.endsWith("…")).toBe(true);
  expect(long.sub).toBe("\\u{202e}<script>\\u{0000}");
});
