// Words for what an answer says of an access in codes: why it is latent, how sure it is, what it allows.
import { low } from "./words";

const REASONS: Readonly<Record<string, string>> = {
  identity_unconfirmed: "the person has not confirmed the email",
  business_inactive: "the business is inactive",
  group_inactive: "the person is inactive in the group",
  member_inactive: "the person is an inactive member",
  trial_expired: "the subscription's trial has expired",
  cancelled: "the subscription is cancelled",
};

/** Why an access is latent, in words. A status that is not known here is given as the service spells it. */
export const reason = (code: string): string =>
  REASONS[code] ?? `the subscription is “${low(code)}”`;

export const reasons = (codes: readonly string[]): string => codes.map(reason).join("; ");

const CERTAINTIES: Readonly<Record<string, string>> = {
  STATED: "stated: each step is a record that names this person",
  INFERRED: "inferred: by rule, through a business that this person controls; no record says it",
  ASSOCIATED: "a connection only, which is not access",
};

export const certainty = (code: string): string => CERTAINTIES[code] ?? low(code);

const CONTRADICTIONS: Readonly<Record<string, string>> = {
  membership_denied: "A group names a member, and the same document lists no such membership",
  equal_moment: "Documents of the same moment disagree",
  account_moved: "The role is older than the account's move to another business",
  two_keepers: "Two businesses, or two accounts, claim each other at the same moment",
  role_disagreement: "Records disagree about the role",
  reference_conflict: "The ids in the record disagree",
};

export const contradiction = (code: string): string => CONTRADICTIONS[code] ?? low(code);
