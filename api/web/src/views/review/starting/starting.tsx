// A new campaign: the form that starts it, or the command where this server does not.
import { type Signal, useSignal } from "@preact/signals";
import reviewAbout from "documents/review_about.graphql";
import reviewStart from "documents/review_start.graphql";
import { useEffect } from "preact/hooks";
import { Finder } from "../../../components/box/finder";
import type { Hit } from "../../../components/box/hits";
import { Copy } from "../../../components/copy";
import { ask } from "../../../state/client";
import { go, link, location } from "../../../state/location";
import { type Problem, problemOf, sentence } from "../../../state/problem";
import { kindOf, plain } from "../../../words";
import { you } from "../you";
import { type About, commandOf, dueOf, type Plan, quarter, scopeOf, unused } from "./plan";

interface Props {
  reviewer: { name: string | null; mayDecide: boolean };
  /** The names of the campaigns that are there, the newest first. */
  names: readonly string[];
}

export function Starting({ reviewer, names }: Props) {
  const plan = useSignal<Plan>({
    name: unused(quarter(new Date()), names),
    about: null,
    due: "",
    previous: "",
  });
  const { who } = location.value;
  useEffect(() => follow(who, plan), [who]);
  const by = reviewer.name ?? you.value.trim();
  const command = commandOf(plan.value, by);
  return (
    <section class="starting" aria-label="A new campaign">
      <h3>{names.length ? "Start another campaign" : "Start the first campaign"}</h3>
      <p class="soft">
        A campaign freezes the accesses as they are now, and keeps what is decided about each.
      </p>
      {reviewer.mayDecide ? (
        <Form plan={plan} names={names} asks={reviewer.name === null} by={by} />
      ) : (
        <p>
          {reviewer.name === null
            ? "This server was started without --allow-review, so it starts none."
            : "The server was started without --allow-review, or your token lacks the scope review."}{" "}
          In a terminal:
        </p>
      )}
      {reviewer.mayDecide ? (
        <details>
          <summary>As a command</summary>
          <Command text={command} />
        </details>
      ) : (
        <Command text={command} />
      )}
    </section>
  );
}

function Command({ text }: { text: string }) {
  return (
    <div class="command">
      <pre>{text}</pre>
      <Copy text={text}>Copy</Copy>
      <p class="soft">FILE is the ledger that this server follows, such as inroads.db.</p>
    </div>
  );
}

interface FormProps {
  plan: Signal<Plan>;
  names: readonly string[];
  /** True if whoever starts it must say who they are. */
  asks: boolean;
  by: string;
}

function Form({ plan, names, asks, by }: FormProps) {
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const { name, about, due, previous } = plan.value;
  const waits = busy.value || (location.value.who ?? null) !== (about?.id ?? null);
  const set = (change: Partial<Plan>) => {
    plan.value = { ...plan.peek(), ...change };
    problem.value = null;
  };
  const start = async (event: Event) => {
    event.preventDefault();
    if (waits) return;
    busy.value = true;
    problem.value = null;
    try {
      const { startReview } = await ask(reviewStart, {
        name: name.trim(),
        scope: scopeOf(about),
        previous: previous || null,
        due: dueOf(due),
        by: asks ? by : null,
      });
      if (startReview) go({ campaign: startReview.campaignId, who: null });
    } catch (thrown) {
      problem.value = problemOf(thrown);
      busy.value = false;
    }
  };
  return (
    <form onSubmit={start}>
      <label>
        <span>Name</span>
        <input
          required
          maxLength={200}
          autocomplete="off"
          value={name}
          onInput={(event) => set({ name: event.currentTarget.value })}
        />
      </label>
      <div class="field">
        <span>Whose access</span>
        {about ? (
          <p class="about">
            <b>{about.label}</b>{" "}
            <span class="soft">
              {kindOf(about.id) === "identity"
                ? "all that this person reaches"
                : "everyone who reaches it"}
            </span>{" "}
            <a href={link({ who: null })}>Everybody instead</a>
          </p>
        ) : (
          <div>
            <p>Everybody's, to everything. Or of one person, or to one business:</p>
            <Finder
              label="Only of a person, or to a business"
              placeholder="an email, a name or an id"
              kinds={["IDENTITY", "BUSINESS", "ACCOUNT"]}
              button="Only this"
              take={(hit: Hit) => go({ who: plain(hit.id) })}
            />
          </div>
        )}
      </div>
      {asks && (
        <label>
          <span>You are</span>
          <input
            required
            placeholder="you@example.com"
            autocomplete="off"
            spellcheck={false}
            maxLength={200}
            value={you.value}
            onInput={(event) => {
              you.value = event.currentTarget.value;
            }}
          />
        </label>
      )}
      <label>
        <span>Due</span>
        <input
          type="date"
          value={due}
          onInput={(event) => set({ due: event.currentTarget.value })}
        />
      </label>
      {names.length > 0 && (
        <label>
          <span>Carry over from</span>
          <select
            value={previous}
            onChange={(event) => set({ previous: event.currentTarget.value })}
          >
            <option value="">no campaign</option>
            {names.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      )}
      {problem.value && <p role="alert">Not started: {sentence(problem.value.message)}</p>}
      <p>
        <button type="submit" class="chief" aria-disabled={waits}>
          {busy.value ? "Freezing the accesses …" : "Start the campaign"}
        </button>
        {!asks && <span class="soft"> You start it as {by}.</span>}
      </p>
    </form>
  );
}

/** Takes the node of the place as what the campaign is about. */
function follow(who: string | undefined, plan: Signal<Plan>): () => void {
  const abort = new AbortController();
  const set = (about: About | null) => {
    if (!abort.signal.aborted) plan.value = { ...plan.peek(), about };
  };
  if (!who) set(null);
  else
    ask(reviewAbout, { id: who }, abort.signal).then(
      ({ graph }) => {
        const node = graph?.node;
        if (!node || node.__typename === "Group") return go({ who: null }, { replace: true });
        const account = node.__typename === "Business" ? node.account : null;
        set({ id: plain(node.id), label: node.label, account: account && plain(account.id) });
      },
      () => {}, // the server may answer later; nothing is started meanwhile
    );
  return () => abort.abort();
}
