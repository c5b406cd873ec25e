// The items of review campaigns that hold an access, each with what was decided about it.
import reviewOfAccess from "documents/review_of_access.graphql";
import type { ReviewOfAccessQuery } from "../../../generated/operations";
import type { Pair } from "../../../scenes/proof";
import { ask } from "../../../state/client";
import { fresh } from "../../../state/location";
import { useAnswer } from "../../../state/use_answer";
import { decisionOf } from "../../review/words";

type Campaigns = NonNullable<ReviewOfAccessQuery["reviewCampaigns"]>["nodes"];

/** The item of each campaign that holds the access, the newest campaign first. */
export function itemsOf(campaigns: Campaigns, { principal, resource }: Pair) {
  return campaigns
    .toReversed()
    .flatMap(({ items, ...campaign }) =>
      items.nodes
        .filter(
          (each) =>
            each.principalId === principal &&
            [each.resourceId, each.kept?.resourceId].includes(resource),
        )
        .map((item) => ({ campaign, item })),
    );
}

/** It says nothing where there are no reviews, or none that this token may see. */
export function Reviewed({ pair }: { pair: Pair }) {
  const asked = useAnswer(JSON.stringify(pair), (abort) => ask(reviewOfAccess, pair, abort));
  const found = itemsOf(asked.state.value.answer?.reviewCampaigns?.nodes ?? [], pair);
  if (!found.length) return null;
  return (
    <section aria-label="In review">
      <h3>In review</h3>
      <ul>
        {found.map(({ campaign, item }) => (
          <li key={campaign.id}>
            <a
              href={fresh({
                view: "review",
                campaign: campaign.id,
                item: `${item.number}`,
                only: "all",
              })}
            >
              {campaign.name}, item {item.number}
            </a>
            {": "}
            {item.decision
              ? decisionOf(item.decision)
              : campaign.signOff
                ? "signed off without a decision"
                : "not decided yet"}
          </li>
        ))}
      </ul>
    </section>
  );
}
