// The findings of a security review by rule, the worst first, each a link to its findings.
import findings from "documents/start_findings.graphql";
import { ask } from "../../state/client";
import { fresh } from "../../state/location";
import { count, low, many, ruleTitle } from "../../words";
import { useHeavy } from "./heavy";
import { Panel } from "./panel";
import { rules, severities } from "./words";

/** How many rules are shown; the rest is behind the link. */
const SHOWN = 8;

export function FindingsPanel({ at, due }: { at: string | null; due: boolean }) {
  const question = useHeavy("findings", due ? `${at}` : null, (abort) =>
    ask(findings, { at }, abort).then(({ graph }) => graph?.findings ?? null),
  );
  return (
    <Panel
      title="Findings"
      question={question}
      wait="Every access is looked at; this may take some seconds."
      command={`inroads findings${at ? ` --as-of ${at}` : ""}`}
    >
      {(found) => {
        const open = rules(found?.counts ?? []);
        if (!open.length) return <p class="start-waiting">No rule has found anything.</p>;
        return (
          <>
            <p class="start-summary">
              {severities(open).map(({ severity, open: number }) => (
                <span key={severity} class={`start-severity ${low(severity)}`}>
                  {count(number)} {low(severity)}
                </span>
              ))}
            </p>
            <ul class="start-ranked">
              {open.slice(0, SHOWN).map(({ rule, severity, open: number }) => (
                <li key={`${rule} ${severity}`}>
                  <a href={fresh({ view: "findings", rule })}>
                    <span class="start-name">
                      {ruleTitle(rule)}
                      <small>{low(severity)}</small>
                    </span>
                    <span class="start-figure">{count(number)}</span>
                  </a>
                </li>
              ))}
            </ul>
            <a class="start-all" href={fresh({ view: "findings" })}>
              {open.length > SHOWN
                ? `All ${many(open.length, "rule", "rules")} with findings`
                : "All findings"}
            </a>
          </>
        );
      }}
    </Panel>
  );
}
