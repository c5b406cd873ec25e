// What an access is, in words: its roles, what they allow, how alive and how sure it is.
import { certainty, reasons } from "../../../reasons";
import type { Access, End } from "../../../scenes/proof";
import { low } from "../../../words";

/** The name of a place: of an account, with the business that keeps it. */
export const placeName = (what: End): string =>
  what.__typename === "Account" && what.business
    ? `${what.label}, kept by ${what.business.label}`
    : what.label;

export function Facts({ who, what, access }: { who: End; what: End; access: Access }) {
  const latent = access.state === "LATENT";
  return (
    <section class="facts" aria-label="The access">
      <h2>Access as {access.roles.map(low).join(" and ")}</h2>
      <p class="soft">
        {who.label} → {placeName(what)}
      </p>
      <p>{access.capabilities.map(low).join(" · ")}</p>
      <dl>
        <dt>State</dt>
        <dd class={latent ? "latent" : undefined}>
          {latent ? `latent: ${reasons(access.stateReasons)}` : "active"}
        </dd>
        <dt>Certainty</dt>
        <dd class={low(access.certainty)}>{certainty(access.certainty)}</dd>
      </dl>
    </section>
  );
}
