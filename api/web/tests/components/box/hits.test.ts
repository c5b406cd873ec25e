// A hit says what it is, and only one that is meant alone is taken at once.
import { expect, test } from "vitest";
import { about, exact } from "../../../src/components/box/hits";

const person = {
  __typename: "Identity",
  id: "identity:1",
  label: "a@example.com",
  email: "a@example.com",
  firstName: "Ada",
  lastName: null,
  observed: false,
} as const;

test("a person has a name, an id, and perhaps no document", () => {
  expect(about(person)).toEqual(["person", "Ada", "1", "own document not seen"]);
});

test("a business has its account", () => {
  const business = {
    __typename: "Business",
    id: "business:77128",
    label: "BillSpring (77128)",
    active: false,
    account: { id: "account:zDmNq" },
  } as const;
  expect(about(business)).toEqual(["business 77128", "account zDmNq", "inactive"]);
});

test("one exact hit is meant, two are not", () => {
  const edge = (place: "EXACT" | "PREFIX") =>
    ({ node: person, match: { field: "EMAIL", place } }) as const;
  expect(exact([edge("EXACT"), edge("PREFIX")])).toBe(person);
  expect(exact([edge("EXACT"), edge("EXACT")])).toBeNull();
  expect(exact([edge("PREFIX")])).toBeNull();
});
