// The end of a campaign: its sign-off, its report, and the revocations to do.
import { useSignal } from "@preact/signals";
import reviewSignOff from "documents/review_sign_off.graphql";
import { word } from "../../../commands";
import { Copy } from "../../../components/copy";
import { ask } from "../../../state/client";
import { type Problem, problemOf } from "../../../state/problem";
import { count, day, many } from "../../../words";
import type { Desk } from "../queue/desk";
import { linesOf, type Revoked, revocations, textOf } from "./to_do";

export function Finish({ desk }: { desk: Desk }) {
  const told = desk.told.value;
  if (!told) return null;
  const file = word(`${told.name.replaceAll(/[^\w.-]+/g, "-")}.md`);
  const report = `inroads review export ${word(told.name)} --format markdown --out ${file} --ledger FILE`;
  return (
    <section class="finish" aria-label="The end of the campaign">
      {told.signOff ? (
        <p>
          Signed off by {told.signOff.by} on {day(told.signOff.signedAt)}
          {told.signOff.undecided > 0 && `, with ${count(told.signOff.undecided)} undecided`}.
          SHA-256 of the report: <code>{told.signOff.sha256}</code>
        </p>
      ) : (
        <SignOff desk={desk} undecided={told.progress.undecided} />
      )}
      <h3>Report</h3>
      <pre>{report}</pre>
      <Copy text={report}>Copy</Copy>
      <h3>To do</h3>
      <ToDo name={told.name} campaign={desk.campaign} revoke={told.progress.revoke} />
    </section>
  );
}

function SignOff({ desk, undecided }: { desk: Desk; undecided: number }) {
  const sure = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const by = desk.told.value?.reviewer.name === null ? desk.me.value : null;
  const sign = async () => {
    const asked = { campaign: desk.campaign, partial: undecided > 0, by };
    problem.value = await ask(reviewSignOff, asked).then(() => null, problemOf);
    sure.value = false;
    desk.head.again();
  };
  if (!desk.mayDecide.value) return <p class="soft">It is open, and cannot be signed off here.</p>;
  return (
    <>
      <p>
        {undecided
          ? `${many(undecided, "item is", "items are")} undecided. A sign-off would be a partial one, and the report says so.`
          : "All items are decided."}{" "}
        A sign-off closes the campaign for good, with the SHA-256 of its report.
      </p>
      {problem.value && <p role="alert">Not signed off: {problem.value.message}.</p>}
      {sure.value ? (
        <p>
          <button type="button" class="grave" onClick={sign}>
            Close the campaign
          </button>{" "}
          <button
            type="button"
            onClick={() => {
              sure.value = false;
            }}
          >
            Not yet
          </button>
        </p>
      ) : (
        <button
          type="button"
          disabled={by === ""}
          onClick={() => {
            sure.value = true;
          }}
        >
          {undecided ? "Sign off partially …" : "Sign off …"}
        </button>
      )}
      {by === "" && <p class="soft">Say who you are first.</p>}
    </>
  );
}

/** The most revocations that are shown; the text has all of them. */
const SHOWN = 20;

function ToDo({ name, campaign, revoke }: { name: string; campaign: string; revoke: number }) {
  const found = useSignal<Revoked[] | null>(null);
  const said = useSignal("");
  const load = () => {
    said.value = "Looking …";
    revocations(campaign).then(
      (all) => {
        found.value = all;
        said.value = "";
      },
      (thrown) => {
        said.value = problemOf(thrown).message;
      },
    );
  };
  if (!revoke) return <p class="soft">Nothing was decided to be revoked.</p>;
  const all = found.value;
  return (
    <>
      <p>
        <button type="button" onClick={load}>
          {all ? "Look again" : `Show ${many(revoke, "revocation", "revocations")}`}
        </button>{" "}
        {all && <Copy text={() => textOf(name, all)}>Copy all as text</Copy>}{" "}
        <span role="status">{said.value}</span>
      </p>
      {all && <pre class="to-do">{all.slice(0, SHOWN).flatMap(linesOf).join("\n")}</pre>}
      {all && all.length > SHOWN && (
        <p class="soft">… {count(all.length - SHOWN)} more; the text has all of them.</p>
      )}
    </>
  );
}
