// Outcomes for tests.
import type { Outcome } from "../../../src/views/what_if/rows";

export const facts = (role: string, certainty = "STATED", state = "ACTIVE") => ({
  roles: [role],
  certainty,
  state,
  contested: false,
});

/** What becomes of identity 1's access to a business or an account, which business 3 keeps. */
export function outcomeOf(
  resource: string,
  before: object | null,
  after: object | null,
  fate = "ENDS",
): Outcome {
  const [kind, native] = resource.split(":");
  const base = { id: resource, label: `${kind} ${native}` };
  const found = {
    fate,
    kinds: [],
    sentence: `about ${resource}`,
    principal: { id: "identity:1", label: "a@example.com" },
    resource:
      kind === "account"
        ? { __typename: "Account", ...base, business: { id: "business:3", label: "Shop (3)" } }
        : { __typename: "Business", ...base, account: null },
    before,
    after,
  };
  return found as unknown as Outcome;
}
