// A business and its account are one row where the same becomes of both, and never where it does not.
import { expect, test } from "vitest";
import { endedPlaces, factsOf, isOf, rowsOf } from "../../../src/views/what_if/rows";
import { facts, outcomeOf } from "./outcome";

test("the same for both is one row of two accesses", () => {
  const rows = rowsOf([
    outcomeOf("account:V", facts("CLIENT"), null),
    outcomeOf("business:3", facts("CLIENT"), null),
    outcomeOf("business:4", facts("OWNER"), null),
  ]);
  expect(rows.map(({ what, accesses, before, after }) => [what, accesses, before, after])).toEqual([
    ["Shop (3), account V", 2, "client", "no access"],
    ["business 4", 1, "owner", "no access"],
  ]);
});

test("different outcomes stay apart", () => {
  const rows = rowsOf([
    outcomeOf("account:V", facts("CLIENT"), facts("CLIENT", "INFERRED"), "LOWERED"),
    outcomeOf("business:3", facts("OWNER"), facts("CLIENT"), "LOWERED"),
  ]);
  expect(rows).toHaveLength(2);
  expect(rows[0]?.after).toBe("client, inferred");
});

test("an access is told in words", () => {
  expect(factsOf(null)).toBe("no access");
  expect(
    factsOf({
      roles: ["OWNER", "CLIENT"],
      certainty: "INFERRED",
      state: "LATENT",
      contested: true,
    }),
  ).toBe("owner and client, inferred, latent, contested");
});

test("the access that was asked about is known by the business or by its account", () => {
  const places = endedPlaces([
    outcomeOf("account:V", facts("CLIENT"), null),
    outcomeOf("business:3", facts("CLIENT"), null),
  ]);
  expect(places).toHaveLength(1);
  const [place] = places;
  if (!place) throw new Error("no place");
  expect(isOf(place, "identity:1", ["account:V", "business:3"])).toBe(true);
  expect(isOf(place, "identity:2", ["account:V", "business:3"])).toBe(false);
  expect(isOf(place, "identity:1", ["business:33"])).toBe(false);
});
