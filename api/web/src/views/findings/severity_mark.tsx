// A severity as a word with its mark, which no colour alone tells.
import type { FindingSeverity } from "../../generated/operations";
import { low } from "../../words";

const MARKS: Record<FindingSeverity, string> = {
  CRITICAL: "▲▲",
  HIGH: "▲",
  MEDIUM: "◆",
  LOW: "▽",
  INFO: "○",
};

export function SeverityMark({ severity }: { severity: FindingSeverity }) {
  return (
    <span class={`severity ${low(severity)}`}>
      <span aria-hidden="true">{MARKS[severity]}</span> {low(severity)}
    </span>
  );
}
