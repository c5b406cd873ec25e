// How to suppress a finding: a reason and a day give the lines for the policy file.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Copy } from "../../components/copy";
import { isDay, isReason, suppression } from "./suppression";

interface Props {
  rule: string;
  finding: string;
  /** The ids of what it is about. */
  subjects: readonly string[];
}

/** Days from now until a suppression ends, unless another day is chosen. */
const DAYS = 90;

export function SuppressionForm({ rule, finding, subjects }: Props) {
  const id = useId();
  const reason = useSignal("");
  const expires = useSignal(new Date(Date.now() + DAYS * 86_400_000).toISOString().slice(0, 10));
  const subject = useSignal("");
  const of = subject.value ? { rule, subject: subject.value } : { finding };
  const missing = !isReason(reason.value)
    ? "Say who answers for it, and why."
    : !isDay(expires.value)
      ? "Choose the last day."
      : "";
  return (
    <div class="suppress">
      <label for={`${id}-reason`}>Reason: who answers for it, and why</label>
      <textarea
        id={`${id}-reason`}
        rows={2}
        value={reason.value}
        onInput={(event) => {
          reason.value = event.currentTarget.value;
        }}
      />
      <label for={`${id}-expires`}>Last day (UTC)</label>
      <input
        id={`${id}-expires`}
        type="date"
        value={expires.value}
        onInput={(event) => {
          expires.value = event.currentTarget.value;
        }}
      />
      <label for={`${id}-of`}>What it suppresses</label>
      <select
        id={`${id}-of`}
        value={subject.value}
        onChange={(event) => {
          subject.value = event.currentTarget.value;
        }}
      >
        <option value="">this finding alone</option>
        {subjects.map((each) => (
          <option key={each} value={each}>
            all of this rule about {each}
          </option>
        ))}
      </select>
      {missing ? (
        <p role="status">{missing}</p>
      ) : (
        <>
          <p role="status">
            Add this to the policy file, and serve with <code>--policy FILE.toml</code>:
          </p>
          <pre>{suppression(of, reason.value, expires.value)}</pre>
          <Copy text={suppression(of, reason.value, expires.value)}>Copy</Copy>
        </>
      )}
    </div>
  );
}
