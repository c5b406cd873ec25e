// How an item stands now: what changed since it was frozen, and what a revocation would end.

import reviewEnds from "documents/review_ends.graphql";
import reviewStanding from "documents/review_standing.graphql";
import { ask } from "../../../state/client";
import { rest } from "../../../state/rest";
import { useAnswer } from "../../../state/use_answer";
import { visible } from "../../../visible";
import { differencesOf, type Item } from "../words";
import { elsewhereOf } from "./ends";

/** Milliseconds of rest before it is asked, so that stepping through a queue asks little. */
const REST = 150;

async function standing(campaign: string, number: number, abort: AbortSignal) {
  await rest(REST, abort);
  const answer = await ask(reviewStanding, { campaign, number }, abort);
  const now = answer.reviewCampaign?.item?.standing ?? null;
  const cut = now?.explanation?.cut ?? [];
  if (!cut.length) return { now, ends: null };
  const { whatIf } = await ask(reviewEnds, { grants: cut.map(({ id }) => id) }, abort);
  return { now, ends: whatIf };
}

export function Now({ campaign, item }: { campaign: string; item: Item }) {
  const { number } = item;
  const asked = useAnswer(`${campaign} ${number}`, (abort) => standing(campaign, number, abort));
  const { answer, problem } = asked.state.value;
  if (problem)
    return (
      <section>
        <h3>Now</h3>
        <p class="soft">
          {problem.code === "POLICY_DIFFERS"
            ? "The server has another policy now, so it cannot be compared."
            : `It could not be compared: ${problem.message}.`}
        </p>
      </section>
    );
  if (!answer) return <section class="soft">Looking at how it stands now …</section>;
  const { now, ends } = answer;
  if (!now?.stands)
    return (
      <section>
        <h3>Now</h3>
        <p class="changed">This access has ended since: there is nothing to revoke.</p>
      </section>
    );
  const changes = differencesOf(now.difference);
  return (
    <>
      {changes.length > 0 && (
        <section>
          <h3>Changed since it was frozen</h3>
          <ul class="changed">
            {changes.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </section>
      )}
      <section class="ends-now">
        <h3>What would end it</h3>
        <p>{now.explanation?.sentence}</p>
        {ends && elsewhereOf(item, ends).map((line) => <p key={line}>{line}</p>)}
        {ends?.notes.map((note) => (
          <p key={note} class="mind">
            {visible(note)}
          </p>
        ))}
      </section>
    </>
  );
}
