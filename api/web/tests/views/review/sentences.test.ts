// Progress, peers, what ends elsewhere and what is to do, in words.
import fc from "fast-check";
import { expect, test } from "vitest";
import { inWords, partsOf } from "../../../src/views/review/campaign/progress";
import { linesOf } from "../../../src/views/review/campaign/to_do";
import { elsewhereOf } from "../../../src/views/review/item/ends";
import { peersOf } from "../../../src/views/review/words";

const none = { total: 0, undecided: 0, keep: 0, revoke: 0, unsure: 0, carried: 0 };

test("progress in words", () => {
  expect(inWords(none)).toBe("0 of 0 decided");
  expect(inWords({ ...none, total: 12_064, undecided: 12_000, keep: 60, revoke: 4 })).toBe(
    "64 of 12,064 decided: 60 keep, 4 revoke",
  );
});

test("the parts of the bar lie side by side, and leave what is open", () => {
  const some = fc.nat(9999);
  fc.assert(
    fc.property(some, some, some, some, (keep, revoke, unsure, undecided) => {
      const total = keep + revoke + unsure + undecided;
      const parts = partsOf({ total, keep, revoke, unsure, undecided, carried: 0 });
      let end = 0;
      for (const { start, width } of parts) {
        expect(start).toBeCloseTo(end);
        end = start + width;
      }
      expect(end).toBeCloseTo(total ? (100 * (total - undecided)) / total : 0);
    }),
  );
});

test("peers", () => {
  expect(peersOf(12, ["OWNER"])).toBe("12 others hold owner here.");
  expect(peersOf(1, ["OWNER", "CLIENT"])).toBe("1 other holds owner or client here.");
  expect(peersOf(0, ["STAFF"])).toBe("Nobody else holds staff here.");
});

test("what ends elsewhere leaves out the item itself", () => {
  const item = {
    principalId: "identity:1",
    resourceId: "business:2",
    kept: { resourceId: "account:a" },
  };
  const end = (who: string, what: string) => ({
    principal: { id: who, label: who },
    resource: { id: what, label: what },
  });
  const own = [end("identity:1", "account:a"), end("identity:1", "business:2")];
  const ends = {
    truncated: false,
    notes: [],
    ended: { totalCount: 2, nodes: own },
    lowered: { totalCount: 0 },
  };
  expect(elsewhereOf(item, ends)).toEqual(["Elsewhere it would end nothing."]);
  const more = { totalCount: 9, nodes: [...own, end("identity:3", "business:2")] };
  expect(elsewhereOf(item, { ...ends, ended: more, lowered: { totalCount: 1 } })).toEqual([
    "Elsewhere it would end 7 accesses: identity:3 → business:2, and 6 more.",
    "1 other access would be less.",
  ]);
});

test("a revocation to do names each record once, and one that has ended is ticked", () => {
  const remedy = {
    record: "role 1",
    action: "remove it",
    destroy: null,
    source: "s",
    pointer: "/",
  };
  const revoked = {
    number: 7,
    who: "a@example.com",
    what: "Bakery (2)",
    roles: ["OWNER" as const],
    decision: { by: "eve", decidedAt: "2026-01-01T00:00:00Z", why: "left" },
    standing: {
      stands: true,
      explanation: { cut: [{ id: "g", label: "g", remediation: [remedy, remedy] }] },
    },
  };
  expect(linesOf(revoked)).toEqual([
    "[ ] item 7: end a@example.com → Bakery (2) as owner (eve: left)",
    "    role 1: remove it",
  ]);
  expect(linesOf({ ...revoked, standing: { stands: false, explanation: null } })).toEqual([
    "[x] item 7: end a@example.com → Bakery (2) as owner (eve: left): it has ended",
  ]);
});
