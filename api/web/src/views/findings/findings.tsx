// The findings of a security review: its rules with their counts, and the findings of one rule.
import findingsRules from "documents/findings_rules.graphql";
import "./findings.css";
import { oneOf } from "../../choices";
import { asCommand, asPython, literal } from "../../commands";
import { AskedAs } from "../../components/asked_as";
import { CoverageLine } from "../../components/coverage";
import { OnlyAbout } from "../../components/only_about";
import { SaveCsv } from "../../components/save_csv";
import { nameOf } from "../../components/shell/subject";
import { Trouble } from "../../components/trouble";
import type { FindingSeverity, FindingsRulesQuery } from "../../generated/operations";
import { ask } from "../../state/client";
import { link, location } from "../../state/location";
import { useAnswer } from "../../state/use_answer";
import { count, day, low, many } from "../../words";
import { RuleDetail } from "./rule_detail";
import { RuleList } from "./rule_list";
import { ruleRows, type Sort, severityCounts, severityOf, sorted } from "./rules";

type Graph = NonNullable<FindingsRulesQuery["graph"]>;

const SORTS: readonly Sort[] = ["severity", "count", "name"];

export function FindingsView() {
  const { who, at } = location.value;
  const given = { about: who ?? null, at: at ?? null };
  const { state, again } = useAnswer(JSON.stringify(given), (abort) =>
    ask(findingsRules, given, abort),
  );
  const { answer, problem } = state.value;
  return (
    <main class="findings-view">
      {problem && (
        <div>
          <Trouble problem={problem} again={again} />
          <p class="chips">
            <OnlyAbout who={who} />
          </p>
        </div>
      )}
      {!answer && !problem && <p class="calm">Reading the findings…</p>}
      {answer?.graph?.findings && <Review graph={answer.graph} />}
    </main>
  );
}

function Review({ graph }: { graph: Graph }) {
  const { rule, severity, sort, who, at } = location.value;
  const least = severityOf(severity);
  const order = oneOf(SORTS, sort) ?? "severity";
  const rows = sorted(ruleRows(graph, least), order);
  const open = rows.find((each) => each.id === rule);
  const standing = rows.reduce((all, each) => all + each.standing, 0);
  const suppressed = rows.reduce((all, each) => all + each.suppressed, 0);
  return (
    <div class={open ? "panes open" : "panes"}>
      <section class="list" aria-label="Rules">
        <header>
          <h2>
            {many(standing, "finding", "findings")}
            {who && ` about ${nameOf(who)}`}
          </h2>
          <p>
            {suppressed > 0 && <>{many(suppressed, "more is", "more are")} suppressed. </>}
            {graph.findings && <>Ages count at {day(graph.findings.moment)}.</>}
          </p>
          {who && (
            <p class="chips">
              <OnlyAbout who={who} />
            </p>
          )}
          <Severities graph={graph} least={least} />
          <Order by={order} />
        </header>
        <div class="scroll">
          <RuleList rows={rows} about={who !== undefined} />
          <Ineffective graph={graph} />
          <footer class="tools">
            <SaveCsv
              name="inroads-findings-by-rule"
              header={["rule", "severity", "findings", "suppressed", "looked_at", "unseen"]}
              rows={() =>
                rows.map((each) => [
                  each.id,
                  low(each.severity),
                  ...[each.standing, each.suppressed, each.looked, each.unseen].map(String),
                ])
              }
            />
          </footer>
          <AskedAs
            document={findingsRules}
            variables={{ about: who ?? null, at: at ?? null }}
            command={asCommand(
              [
                "findings",
                ...(open ? ["--rule", open.id] : []),
                ...(least ? ["--severity", low(least)] : []),
                ...(who ? ["--about", who] : []),
              ],
              at,
            )}
            python={python({ rule: open?.id, least, who, at })}
          />
        </div>
        <CoverageLine coverage={graph.coverage} />
      </section>
      {open ? (
        <RuleDetail key={`${open.id} ${least} ${who}`} row={open} least={least} />
      ) : (
        <section class="detail calm">
          <p>{rule ? `There is no rule “${rule}”.` : "Choose a rule to read what it found."}</p>
        </section>
      )}
    </div>
  );
}

/** The least severity of all is no choice: it is all findings. */
function Severities({ graph, least }: { graph: Graph; least: FindingSeverity | null }) {
  return (
    <nav class="chips" aria-label="Least severity">
      <a class="chip" href={link({ severity: null })} aria-current={least ? undefined : "true"}>
        all
      </a>
      {severityCounts(graph)
        .slice(0, -1)
        .map(({ severity, count: number }, index) => (
          <a
            key={severity}
            class="chip"
            href={link({ severity })}
            aria-current={severity === least ? "true" : undefined}
          >
            {low(severity)} {index > 0 && "and worse"} <small>{count(number)}</small>
          </a>
        ))}
    </nav>
  );
}

function Order({ by }: { by: Sort }) {
  return (
    <p class="order">
      Sorted by{" "}
      {SORTS.map((each) => (
        <a
          key={each}
          href={link({ sort: each === "severity" ? null : each })}
          aria-current={each === by ? "true" : undefined}
        >
          {each}
        </a>
      ))}
    </p>
  );
}

/** The suppressions that suppress nothing: those that have expired, and those that name no finding. */
function Ineffective({ graph }: { graph: Graph }) {
  const { expiredSuppressions = [], idleSuppressions = [] } = graph.findings ?? {};
  const told = [
    ...expiredSuppressions.map((each) => ({ ...each, until: "expired on" })),
    ...idleSuppressions.map((each) => ({ ...each, until: "in force until" })),
  ];
  if (!told.length) return null;
  return (
    <details>
      <summary>
        {many(told.length, "suppression suppresses nothing", "suppressions suppress nothing")}
      </summary>
      <ul class="plain">
        {told.map((each) => (
          <li key={JSON.stringify(each)}>
            {each.finding ?? `${each.rule} of ${each.subject}`}, {each.until} {each.expires}:{" "}
            {each.reason}
          </li>
        ))}
      </ul>
    </details>
  );
}

interface Asked {
  rule: string | undefined;
  least: FindingSeverity | null;
  who: string | undefined;
  at: string | undefined;
}

function python({ rule, least, who, at }: Asked): string {
  const given = [
    ...(rule ? [`rules=${literal([rule])}`] : []),
    ...(least ? [`severity=${literal(least)}`] : []),
    ...(who ? [`about=${literal(who)}`] : []),
  ];
  return asPython(`g.findings(${given.join(", ")})`, at);
}
