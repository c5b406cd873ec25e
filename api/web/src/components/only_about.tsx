// The chip of a list that is about one node alone: its link shows all again.
import { link } from "../state/location";
import { nameOf } from "./shell/subject";

/** Nothing where the list is about all. */
export function OnlyAbout({ who }: { who: string | undefined }) {
  if (!who) return null;
  return (
    <a class="chip" href={link({ who: null })} aria-current="true">
      about {nameOf(who)} <span aria-hidden="true">×</span>
      <span class="unseen">: show all again</span>
    </a>
  );
}
