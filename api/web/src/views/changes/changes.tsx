// Whose access changed between two days, and because of which record.
import changesByCause from "documents/changes_by_cause.graphql";
import changesCount from "documents/changes_count.graphql";
import changesExtent from "documents/changes_extent.graphql";
import "./changes.css";
import { AskedAs } from "../../components/asked_as";
import { CoverageLine } from "../../components/coverage";
import { OnlyAbout } from "../../components/only_about";
import { nameOf } from "../../components/shell/subject";
import { Trouble } from "../../components/trouble";
import type { ChangesExtentQuery } from "../../generated/operations";
import { ask } from "../../state/client";
import { go, link, location } from "../../state/location";
import { useAnswer } from "../../state/use_answer";
import { day, many } from "../../words";
import { command, python } from "./asked";
import { Causes } from "./causes";
import { type Bound, boundOf, dayOf, dayText, dayWords } from "./days";
import { groupOf, kindsOf, type Tally, tallyOf } from "./kinds";
import { NoDocuments, NoPast, OneMoment } from "./nothing";
import { MONTH, presets } from "./presets";
import { Summary } from "./summary";
import { TimelinePane } from "./timeline_pane";

type Graph = NonNullable<ChangesExtentQuery["graph"]>;

export function ChangesView() {
  const at = location.value.at ?? null;
  const { state, again } = useAnswer(`extent ${at}`, (abort) => ask(changesExtent, { at }, abort));
  const { answer, problem } = state.value;
  return (
    <main class="changes-view">
      {problem?.code === "LIMITED" && <NoPast />}
      {problem && problem.code !== "LIMITED" && <Trouble problem={problem} again={again} />}
      {!answer && !problem && <p class="calm">Reading the moments…</p>}
      {answer?.graph && <Extent graph={answer.graph} />}
    </main>
  );
}

function Extent({ graph }: { graph: Graph }) {
  const { oldest, newest } = graph.coverage;
  if (!oldest || !newest) return <NoDocuments />;
  const [first, last] = [dayOf(oldest), dayOf(newest)];
  const asked = boundOf(location.value.since, "since");
  if (first === last && !asked) return <OneMoment oldest={oldest} newest={newest} />;
  const usual = dayText(Math.max(first + 1, last - MONTH));
  const since = asked ?? (boundOf(usual, "since") as Bound);
  return <Compared graph={graph} first={first} last={last} since={since} />;
}

interface ComparedProps {
  graph: Graph;
  /** The days of the oldest and the newest document. */
  first: number;
  last: number;
  since: Bound;
}

function Compared({ graph, first, last, since }: ComparedProps) {
  const { observed, kind, who } = location.value;
  const about = who ?? null;
  const at = location.value.at ?? null;
  const until = boundOf(location.value.until, "until");
  const moments = { since: since.moment, until: until?.moment ?? null };
  const kinds = kindsOf(groupOf(kind), observed === "yes");
  const { state, again } = useAnswer(JSON.stringify({ ...moments, about, at }), (abort) =>
    ask(changesCount, { ...moments, about, at }, abort),
  );
  const { answer, problem } = state.value;
  if (problem?.code === "LIMITED") return <NoPast />;
  const found = answer?.graph?.changes;
  const span = { since: since.day, until: until?.day ?? last };
  return (
    <>
      <div class="scroll">
        <header class="top">
          <h2>
            {found ? title(tallyOf(found)) : "Changes"}
            {who && ` about ${nameOf(who)}`}{" "}
            <small>
              from {dayWords(span.since)} through {dayWords(span.until)} (UTC)
            </small>
          </h2>
          {who && (
            <p class="chips">
              <OnlyAbout who={who} />
            </p>
          )}
          {location.value.at && (
            <p class="calm">
              You look at the past: only documents observed until {day(location.value.at)} are
              compared. <a href={link({ at: null })}>Compare up to now</a>
            </p>
          )}
          <Presets first={first} last={last} since={span.since} until={until !== null} />
        </header>
        {first < last && (
          <TimelinePane
            graph={graph}
            first={first}
            last={last}
            span={span}
            observed={observed === "yes"}
            ready={!state.value.busy}
            choose={(from, through) =>
              go({ since: dayText(from), until: through === last ? null : dayText(through) })
            }
          />
        )}
        {problem && <Slow code={problem.code} since={moments} />}
        {problem && <Trouble problem={problem} again={again} />}
        {!found && !problem && (
          <p class="calm" aria-busy="true">
            The accesses of two moments are compared; this may take some seconds.
          </p>
        )}
        {found && <Summary tally={tallyOf(found)} observed={observed === "yes"} />}
        {found?.truncated && <p class="calm">A limit cut a search short: this is a lower bound.</p>}
        {found && found.emails.totalCount > 0 && (
          <p class="calm">
            {many(found.emails.totalCount, "email", "emails")} changed too, whether or not an access
            did.
          </p>
        )}
        {found && <Causes moments={moments} kinds={kinds} about={about} at={at} />}
        <AskedAs
          document={changesByCause}
          variables={{ ...moments, about, kinds, at }}
          command={command({ ...moments, until: moments.until ?? at }, kinds, about)}
          python={python({ ...moments, until: moments.until ?? at }, kinds, about)}
        />
      </div>
      <CoverageLine coverage={graph.coverage} />
    </>
  );
}

/** What was only seen for the first time, or no longer, is not known to have changed. */
const title = ({ gained, lost, changed }: Tally): string =>
  `${many(gained + lost + changed, "access", "accesses")} changed`;

function Presets({
  first,
  last,
  since,
  until,
}: {
  first: number;
  last: number;
  since: number;
  until: boolean;
}) {
  return (
    <nav class="chips" aria-label="Span">
      {presets(first, last).map(({ words, from }) => (
        <a
          key={words}
          class="chip"
          href={link({ since: dayText(from), until: null })}
          aria-current={from === since && !until ? "true" : undefined}
        >
          {words}
        </a>
      ))}
    </nav>
  );
}

/** A comparison that took longer than the server allows can be asked of the command. */
function Slow({ code, since }: { code: string; since: { since: string } }) {
  if (code !== "DEADLINE") return null;
  return (
    <p class="calm">
      Comparing takes longer here than the server allows. Choose fewer days, raise its{" "}
      <code>--deadline</code>, or run <code>inroads changes --since {since.since}</code>.
    </p>
  );
}
