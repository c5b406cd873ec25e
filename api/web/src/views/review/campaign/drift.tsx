// What has changed since a campaign was frozen, and what became of its revocations.

import reviewDrift from "documents/review_drift.graphql";
import { Trouble } from "../../../components/trouble";
import { ask } from "../../../state/client";
import { link } from "../../../state/location";
import { useAnswer } from "../../../state/use_answer";
import { count } from "../../../words";
import { differencesOf } from "../words";

interface Some {
  totalCount: number;
  nodes: readonly { number: number | null }[];
}

export function Drift({ campaign }: { campaign: string }) {
  const asked = useAnswer(campaign, (abort) => ask(reviewDrift, { campaign }, abort));
  const { answer, problem, busy } = asked.state.value;
  const drift = answer?.reviewCampaign?.drift;
  if (problem?.code === "POLICY_DIFFERS")
    return <p class="soft">The server has another policy now, so nothing can be compared.</p>;
  if (problem) return <Trouble problem={problem} again={asked.again} />;
  if (!drift) return <p class="soft">{busy ? "Comparing …" : "There is nothing to compare."}</p>;
  return (
    <section class="drift" aria-label="Changes since the campaign was frozen">
      <p>{count(drift.same)} are as they were.</p>
      <Items words="changed" some={drift.changed} />
      {drift.changed.nodes.slice(0, 3).map((each) => (
        <ul key={each.number} class="soft">
          {differencesOf(each.difference).map((line) => (
            <li key={line}>
              {each.number}: {line}
            </li>
          ))}
        </ul>
      ))}
      <Items words="have ended" some={drift.ended} />
      <Items words="are no longer seen" some={drift.unseen} />
      {drift.appeared.totalCount > 0 && (
        <p>{count(drift.appeared.totalCount)} appeared in the scope, and are no items of it.</p>
      )}
      <Items words="were to be revoked, and still stand" some={drift.revokedStanding} />
      {drift.revokedEnded.totalCount > 0 && (
        <p>{count(drift.revokedEnded.totalCount)} were to be revoked, and have ended.</p>
      )}
    </section>
  );
}

function Items({ words, some }: { words: string; some: Some }) {
  if (!some.totalCount) return null;
  const rest = some.totalCount - some.nodes.length;
  return (
    <p>
      {count(some.totalCount)} {words}:{" "}
      {some.nodes.map(({ number }) => (
        <a key={number} href={link({ only: "all", who: null, item: String(number) })}>
          {number}
        </a>
      ))}
      {rest > 0 && ` and ${count(rest)} more`}
    </p>
  );
}
