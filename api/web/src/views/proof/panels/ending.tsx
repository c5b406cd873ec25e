// What would end an access, and what else would end with it: the two questions before any removal.
import { Scissors } from "../../../components/scissors";
import { Trouble } from "../../../components/trouble";
import type { Access, End, Pair } from "../../../scenes/proof";
import { without } from "../../../state/imagined";
import { link } from "../../../state/location";
import type { Problem } from "../../../state/problem";
import { visible } from "../../../visible";
import { count, many, plain } from "../../../words";
import { endedPlaces, isOf, type Place } from "../../what_if/rows";
import type { Plan } from "../proof_text";

interface Props {
  access: Access;
  pair: Pair;
  what: End;
  plan: Plan | null;
  problem: Problem | null;
  again(): void;
}

/** True if two lists name the same grants. */
const sameAs = (some: readonly Named[], others: readonly Named[]): boolean =>
  idsOf(some) === idsOf(others);

/** The most grants that the API imagines away at once. */
const MOST = 100;

type Named = Access["explanation"]["cut"][number];

export function Ending({ access, pair, what, plan, problem, again }: Props) {
  const { cut, independentRoutes: routes } = access.explanation;
  const revoke = plan?.revoke ?? (access.contested ? [] : cut);
  const few = plan?.truncated ? "At least " : "";
  const other = !sameAs(revoke, cut);
  return (
    <>
      <section aria-label="What would end it">
        <h3>What would end it</h3>
        <p>
          {`${few}${many(routes, "independent route", "independent routes")}. `}
          {access.contested
            ? "It is contested: settle these records first, and revoke nothing else for it."
            : cut.length === 1
              ? "One grant ends it:"
              : `${cut.length === 2 ? "Both" : `All ${cut.length}`} of these must go:`}
        </p>
        <Cut grants={access.contested ? revoke : cut} />
        {access.contested && plan && !revoke.length && (
          <p>Only facts are contested, such as who keeps an account. Nobody can revoke those.</p>
        )}
        {revoke.length > MOST && (
          <p>A what-if takes up to {MOST} grants, so it cannot be asked for all of them at once.</p>
        )}
        {revoke.length > 0 && revoke.length <= MOST && (
          <p>
            <a class="button" href={link({ without: idsOf(revoke), step: null, path: null })}>
              <span aria-hidden="true">✂</span>{" "}
              {access.contested
                ? "What if the contested ones went?"
                : `Smallest cut: what if ${revoke.length === 1 ? "it" : "they"} went?`}
            </a>
          </p>
        )}
        {access.contested && plan && other && cut.length > 0 && (
          <p class="soft">
            The <a href={link({ without: idsOf(cut), step: null })}>smallest cut</a> would end every
            path, sound ones too: {cut.map(({ label }) => visible(label)).join(", ")}.
          </p>
        )}
        {plan?.truncated && (
          <p class="mind">More routes may remain: not every path was looked at.</p>
        )}
        {!access.contested && (
          <p class="soft">
            These are the fewest grants that end it; among equals, those that end the least else.
          </p>
        )}
        {plan?.whatIf.notes.map((note) => (
          <p key={note} class="mind">
            {visible(note)}
          </p>
        ))}
        <details>
          <summary>All of it in plain English</summary>
          <p>{visible(access.explanation.sentence)}</p>
        </details>
      </section>
      {(revoke.length > 0 || problem) && (
        <section aria-label="What else would end">
          <h3>What else would that end</h3>
          {problem ? (
            <Trouble problem={problem} again={again} />
          ) : plan ? (
            <Others plan={plan} pair={pair} what={what} />
          ) : (
            <p aria-busy="true">Asking what hangs on it…</p>
          )}
        </section>
      )}
    </>
  );
}

const idsOf = (grants: readonly Named[]): string | null =>
  without(grants.map(({ id }) => plain(id)));

/** Grants of a cut that are listed before the rest is opened. */
const LISTED = 6;

function Cut({ grants }: { grants: readonly Named[] }) {
  const item = ({ id, label, principal, resource }: Named) => (
    <li key={id}>
      <span>
        <a href={link({ step: plain(id) })}>{visible(label)}</a>
        <small>
          {principal.label} → {resource.label}
        </small>
      </span>
      <Scissors grant={plain(id)} name={visible(label)} />
    </li>
  );
  const rest = grants.slice(LISTED);
  return (
    <>
      <ul class="cut">{grants.slice(0, LISTED).map(item)}</ul>
      {rest.length > 0 && (
        <details>
          <summary>… {count(rest.length)} more</summary>
          <ul class="cut">{rest.map(item)}</ul>
        </details>
      )}
    </>
  );
}

/** Places that are named before the view of the what-if lists all. */
const FEW = 5;

function Others({ plan, pair, what }: { plan: Plan; pair: Pair; what: End }) {
  const { ends, lowered, notes } = plan.whatIf;
  const places = endedPlaces(ends.nodes);
  const own = (place: Place) => isOf(place, pair.principal, scopeOf(what));
  const others = places.filter((place) => !own(place));
  const more = ends.totalCount > ends.nodes.length;
  return (
    <>
      {!plan.verified && (
        <p class="mind">
          {plan.truncated
            ? "It has more paths than were looked at: it may stand after this."
            : "It would still stand after this."}
        </p>
      )}
      <p>
        {others.length
          ? `${more ? "At least " : ""}${many(others.length, "other place", "other places")} would no longer be reached:`
          : notes.length
            ? "Nothing else would end by these records alone."
            : "Nothing else would end."}
      </p>
      {others.length > 0 && (
        <ul>
          {others.slice(0, FEW).map((place) => (
            <li key={place.key}>
              {place.who} → {place.what}
            </li>
          ))}
          {others.length > FEW && (
            <li>
              <a href={link({ view: "what-if", without: idsOf(plan.revoke) })}>
                … {count(others.length - FEW)} more{more ? " and others" : ""}
              </a>
            </li>
          )}
        </ul>
      )}
      {lowered.totalCount > 0 && (
        <p>{many(lowered.totalCount, "access", "accesses")} would stay, with less.</p>
      )}
      {notes.length > 0 && (
        <p class="mind">
          Only the smallest cut is counted here. What else may end by a note above is not, for this
          person or others: add that grant to the what-if, and it is counted.
        </p>
      )}
    </>
  );
}

/** The ids of the place that was asked about: the business, and the account that it keeps. */
function scopeOf(what: End): string[] {
  const other =
    what.__typename === "Account"
      ? what.business?.id
      : what.__typename === "Business"
        ? what.account?.id
        : undefined;
  return [what.id, ...(other ? [other] : [])].map(plain);
}
