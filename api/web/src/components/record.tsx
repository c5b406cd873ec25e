// A record that states something: its document, its place there, its moment, and the record itself.
import "./record.css";
import { useSignal } from "@preact/signals";
import type { StepQuery } from "../generated/operations";
import { printed, visible } from "../visible";
import { count, minute } from "../words";
import { Copy } from "./copy";

export type Evidence = NonNullable<NonNullable<StepQuery["graph"]>["grant"]>["evidence"][number];

/** Lines of a record that are shown before it is opened. */
const FOLDED = 14;

const KINDS: Readonly<Record<string, string>> = {
  me: "a person's own view",
  team: "the team of a business",
  members: "a list of members",
};

export function EvidenceRecord({ evidence }: { evidence: Evidence }) {
  const { document, pointer, recordId, record } = evidence;
  const file = document.momentSource === "FILE" ? ", by the time of its file" : "";
  return (
    <article class="record">
      <header>
        <span>
          <b>{recordId ? `record ${recordId}` : "a record without an id"}</b>, observed{" "}
          <time dateTime={document.observedAt}>{minute(document.observedAt)}</time>
          {file}
        </span>
        <small>
          {visible(document.source)} · {KINDS[document.kind] ?? visible(document.kind)}
        </small>
        <small>
          at <code>{visible(pointer) || "the whole document"}</code>
        </small>
        <small>
          sha256 <code title={document.sha256}>{document.sha256.slice(0, 12)}…</code>{" "}
          <Copy text={document.sha256} label="Copy the whole SHA-256">
            Copy
          </Copy>
        </small>
      </header>
      {record !== null && record !== undefined && <Printed record={record} />}
    </article>
  );
}

function Printed({ record }: { record: unknown }) {
  const open = useSignal(false);
  const lines = printed(record).split("\n");
  const long = lines.length > FOLDED + 2;
  const shown = long && !open.value ? lines.slice(0, FOLDED) : lines;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre tabIndex={0}>{shown.join("\n")}</pre>
      {long && (
        <button
          type="button"
          class="quiet more"
          aria-expanded={open.value}
          onClick={() => {
            open.value = !open.value;
          }}
        >
          {open.value ? "Fold the record" : `… ${count(lines.length - FOLDED)} more lines`}
        </button>
      )}
    </>
  );
}
