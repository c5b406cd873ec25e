// The words for how sure, how alive and how undisputed an access is, each with what it means.

/** The words in the order in which they are explained. */
export const MEANINGS = [
  ["stated", "Each step is a record of this person's own."],
  [
    "inferred",
    "No record names this person there. It follows by rule: whoever controls a business can do what the business may do elsewhere.",
  ],
  ["associated", "Connected by records, which is no access."],
  [
    "latent",
    "It is granted, and does not work at the moment: a business is inactive, a subscription has ended, or the email is not confirmed.",
  ],
  ["contested", "Records contradict each other about it, so look before you trust it."],
  ["in the cut", "One of the fewest grants that must go to end the access."],
] as const satisfies readonly (readonly [word: string, meaning: string])[];

export type Word = (typeof MEANINGS)[number][0];
