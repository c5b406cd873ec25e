// One item beside its queue: its proof as it was frozen, how it stands now, and what was decided.
import { useComputed } from "@preact/signals";
import reviewItem from "documents/review_item.graphql";
import { useEffect, useMemo } from "preact/hooks";
import { Trouble } from "../../../components/trouble";
import { ask } from "../../../state/client";
import { fresh, link } from "../../../state/location";
import { question } from "../../../state/question";
import { count, low } from "../../../words";
import type { Desk } from "../queue/desk";
import { decisionOf, type Item as Shown, sentencesOf } from "../words";
import { Decision } from "./decision";
import { Now } from "./now";

export function Item({ desk, number }: { desk: Desk; number: number }) {
  const { campaign } = desk;
  const decision = useComputed(() => desk.rows.loaded.value.get(number)?.decision?.id ?? "");
  const asked = useMemo(
    () =>
      question(() => {
        decision.value; // another one is in its history, so that it is asked anew
        return {
          key: `${campaign} ${number}`,
          ask: (abort) => ask(reviewItem, { campaign, number }, abort),
        };
      }),
    [campaign, number],
  );
  useEffect(() => asked.end, [asked]);
  const { answer, problem, busy } = asked.state.value;
  if (problem) return <Trouble problem={problem} again={asked.again} />;
  if (!answer) return <p class="soft pad">{busy ? "Looking …" : ""}</p>;
  const item = answer.reviewCampaign?.item;
  if (!item) return <p class="pad">This item went with the person it was about.</p>;
  return (
    <article class="item" aria-label={`Item ${number}`}>
      <p class="soft">Item {count(number)}</p>
      <h2>{item.sentence}</h2>
      <Decision desk={desk} item={item} />
      <ul class="plain">
        {sentencesOf(item).map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
      <p class="soft">Can: {item.capabilities.map(low).join(", ") || "nothing that is known"}.</p>
      <Now campaign={campaign} item={item} />
      <Paths item={item} />
      <p class="ways">
        <a href={fresh({ who: item.principalId, to: item.resourceId })}>The whole proof</a>
        <a href={link({ who: item.businessId })}>Only this business</a>
        <a href={link({ who: item.principalId })}>Only this person</a>
      </p>
      <History item={item} />
    </article>
  );
}

function Paths({ item }: { item: Shown }) {
  const more = item.pathCount - item.paths.length;
  return (
    <section>
      <h3>How, when it was frozen</h3>
      <ol>
        {item.paths.map((path) => (
          <li key={path.sentence} class={path.certainty === "INFERRED" ? "inferred" : undefined}>
            {path.sentence} <span class="soft">{low(path.certainty)}</span>
          </li>
        ))}
      </ol>
      {(more > 0 || item.truncated) && (
        <p class="soft">
          {more > 0 && `… ${count(more)} more. `}
          {item.truncated && "There were more paths than are kept."}
        </p>
      )}
    </section>
  );
}

function History({ item }: { item: Shown }) {
  const { totalCount, nodes } = item.history;
  if (!totalCount) return null;
  return (
    <details>
      <summary>History ({count(totalCount)})</summary>
      <ol class="history">
        {nodes.map((each) => (
          <li key={each.id}>
            {decisionOf(each)}
            {each.carriedFrom && " (carried over)"}
          </li>
        ))}
      </ol>
    </details>
  );
}
