// The lines of a policy file that suppress a finding until a day, with the reason.

export type Suppressed = { finding: string } | { rule: string; subject: string };

/**
 * A table of the policy file. A reason must say something, and the day is `2027-01-31`; the last one,
 * in UTC, on which the finding is suppressed.
 */
export function suppression(of: Suppressed, reason: string, expires: string): string {
  const named =
    "finding" in of
      ? [`finding = ${toml(of.finding)}`]
      : [`rule = ${toml(of.rule)}`, `subject = ${toml(of.subject)}`];
  const lines = ["[[suppressions]]", ...named, `reason = ${toml(reason)}`, `expires = ${expires}`];
  return `${lines.join("\n")}\n`;
}

/** True if a reason says something: the policy file refuses one that is blank. */
export const isReason = (text: string): boolean => /[^\s\p{C}]/u.test(text);

/** True for a day that there is, in the form `2027-01-31`. */
export function isDay(text: string): boolean {
  const moment = new Date(`${text}T00:00:00Z`);
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) &&
    !Number.isNaN(moment.getTime()) &&
    moment.toISOString().startsWith(text)
  );
}

/** A text as a basic string of TOML. */
export function toml(text: string): string {
  const whole = text.toWellFormed();
  return `"${whole.replace(UNSAFE, (each) => SHORT[each] ?? code(each))}"`;
}

const SHORT: Record<string, string> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t" };

const code = (each: string): string =>
  `\\u${each.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: TOML takes none of them as they are
  /["\\\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
