// The review of access: the campaigns of a ledger, or the queue of one of them.
import { location } from "../../state/location";
import { Campaign } from "./campaign/campaign";
import { Campaigns } from "./campaigns/campaigns";
import "./review.css";
import "./queue/queue.css";

export function Review() {
  const { campaign } = location.value;
  return campaign ? <Campaign key={campaign} campaign={campaign} /> : <Campaigns />;
}
