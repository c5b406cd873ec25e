// The list of review campaigns, the newest first.

import reviewCampaigns from "documents/review_campaigns.graphql";
import { AskedAs } from "../../../components/asked_as";
import { Trouble } from "../../../components/trouble";
import type { ReviewCampaignsQuery } from "../../../generated/operations";
import { ask } from "../../../state/client";
import { link } from "../../../state/location";
import { useAnswer } from "../../../state/use_answer";
import { day, many } from "../../../words";
import { Bar } from "../campaign/bar";
import { Starting } from "../starting/starting";
import { Unavailable } from "../unavailable";

type Found = NonNullable<ReviewCampaignsQuery["reviewCampaigns"]>["nodes"][number];

/** The most pages of campaigns that are asked for; a page has 20. */
const PAGES = 50;

interface Listed {
  campaigns: Found[];
  total: number;
  version: string;
  reviewer: ReviewCampaignsQuery["reviewer"];
}

async function everything(abort: AbortSignal): Promise<Listed> {
  const listed: Listed = { campaigns: [], total: 0, version: "", reviewer: null };
  let after: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const answer: ReviewCampaignsQuery = await ask(reviewCampaigns, { after }, abort);
    const found = answer.reviewCampaigns;
    if (!found) break;
    listed.campaigns.push(...found.nodes);
    listed.total = found.totalCount;
    listed.version = answer.graph?.version ?? "";
    listed.reviewer = answer.reviewer;
    if (!found.pageInfo.hasNextPage) break;
    after = found.pageInfo.endCursor;
  }
  listed.campaigns.reverse();
  return listed;
}

const PYTHON = `from inroads import review
from inroads.store.ledger import Ledger

with Ledger("inroads.db", read_only=True) as ledger:
    for campaign in review.campaigns(ledger):
        print(campaign)`;

export function Campaigns() {
  const asked = useAnswer("campaigns", everything);
  const { answer, problem, busy } = asked.state.value;
  if (problem?.code === "REVIEWS_UNAVAILABLE") {
    return (
      <main class="review list">
        <Unavailable problem={problem} />
      </main>
    );
  }
  return (
    <main class="review list">
      <header>
        <h2>Review campaigns</h2>
        {answer && <p>{many(answer.total, "campaign", "campaigns")} in this ledger</p>}
      </header>
      {problem && <Trouble problem={problem} again={asked.again} />}
      {!answer && busy && <p class="soft">Looking …</p>}
      {answer && (
        <ul class="campaigns">
          {answer.campaigns.map((each) => (
            <Line key={each.id} campaign={each} version={answer.version} />
          ))}
        </ul>
      )}
      {answer && answer.total > answer.campaigns.length && (
        <p class="soft">The first {answer.campaigns.length} are shown.</p>
      )}
      {answer?.reviewer && (
        <Starting reviewer={answer.reviewer} names={answer.campaigns.map(({ name }) => name)} />
      )}
      <AskedAs
        document={reviewCampaigns}
        variables={{}}
        command="review list --format table"
        python={PYTHON}
      />
    </main>
  );
}

function Line({ campaign, version }: { campaign: Found; version: string }) {
  const { signOff, due, overdue } = campaign;
  const state = signOff
    ? `signed off ${day(signOff.signedAt)} by ${signOff.by}`
    : overdue
      ? "overdue"
      : "open";
  return (
    <li>
      <a href={link({ campaign: campaign.id })}>{campaign.name}</a>
      <span class={overdue ? "tag late" : "tag"}>{state}</span>
      <Bar progress={campaign.progress} />
      <p class="soft">
        Opened {day(campaign.startedAt)} by {campaign.startedBy}
        {due && ` · due ${day(due)}`} ·{" "}
        {campaign.version === version
          ? "no newer document was read since"
          : "newer documents were read since: the campaign says what changed"}
      </p>
    </li>
  );
}
