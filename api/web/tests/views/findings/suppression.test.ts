// Whatever a reason says, the lines for the policy file are TOML that says the same.
import fc from "fast-check";
import { expect, test } from "vitest";
import { isDay, isReason, suppression, toml } from "../../../src/views/findings/suppression";

// A basic string of TOML 1.0, section "String": no raw quote, backslash or control but a tab.
const BASIC =
  /^"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\u0080-\ud7ff\ue000-\uffff]|[\ud800-\udbff][\udc00-\udfff]|\\["\\bfnrt]|\\u[0-9A-F]{4})*"$/;

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom('"', "\\", "\n", "\r", "\0", "\x7f", "\ud800", "'", "#", "a", "\u202e"),
  }),
);

test("any text is one string of TOML, which says that text", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const written = toml(text);
      expect(written).toMatch(BASIC);
      expect(written).not.toContain("\n");
      expect(JSON.parse(written)).toBe(text.toWellFormed()); // JSON knows all the escapes we use
    }),
  );
});

test("a suppression names a finding, or a rule and a subject", () => {
  expect(suppression({ finding: "f66d" }, "the vendor knows", "2027-01-31")).toBe(
    '[[suppressions]]\nfinding = "f66d"\nreason = "the vendor knows"\nexpires = 2027-01-31\n',
  );
  expect(suppression({ rule: "bridge", subject: "business:7" }, "a", "2027-01-31")).toBe(
    '[[suppressions]]\nrule = "bridge"\nsubject = "business:7"\nreason = "a"\nexpires = 2027-01-31\n',
  );
});

test("a blank reason is none, and a day must be one", () => {
  for (const blank of ["", " ", "\n\t", "\u00a0", "\u200e"]) expect(isReason(blank)).toBe(false);
  expect(isReason(" x ")).toBe(true);
  for (const no of ["", "2027-02-30", "2027-1-1", "soon", "2027-01-01T00:00:00Z", "2027-13-01"])
    expect(isDay(no)).toBe(false);
  expect(isDay("2028-02-29")).toBe(true);
});
