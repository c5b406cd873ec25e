// One step of a proof: the grant, the records that state it, and what to do in the service to end it.
import step from "documents/step.graphql";
import { useEffect, useRef } from "preact/hooks";
import { Scissors } from "../../../components/scissors";
import { Trouble } from "../../../components/trouble";
import type { StepQuery } from "../../../generated/operations";
import { ask } from "../../../state/client";
import { link, location } from "../../../state/location";
import { useAnswer } from "../../../state/use_answer";
import { visible } from "../../../visible";
import { low, plain } from "../../../words";
import { Contradictions } from "./contradictions";
import { FIRST, Records } from "./records";
import { Remedies } from "./remedies";

type Grant = NonNullable<NonNullable<StepQuery["graph"]>["grant"]>;

interface Props {
  grant: string;
  /** True if the panel takes the place of one in which the focus may have been. */
  follows: boolean;
}

export function StepPanel({ grant, follows }: Props) {
  const at = location.value.at;
  const asked = useAnswer(JSON.stringify([grant, at]), async (abort) => {
    const { graph } = await ask(step, { grant, first: FIRST, at: at ?? null }, abort);
    return { grant: graph?.grant ?? null };
  });
  const { answer, problem } = asked.state.value;
  return (
    <>
      <p>
        <a class="button" href={link({ step: null })}>
          ← The whole access
        </a>
      </p>
      {problem ? (
        <Trouble problem={problem} again={asked.again} />
      ) : !answer ? (
        <p aria-busy="true">Reading its records…</p>
      ) : answer.grant ? (
        <Held grant={answer.grant} follows={follows} />
      ) : (
        <Gone grant={grant} />
      )}
    </>
  );
}

/** A link may be older than the graph. */
function Gone({ grant }: { grant: string }) {
  return (
    <>
      <h2>This grant does not stand{location.value.at ? " at that moment" : " any more"}</h2>
      <p>
        No record states <code>{visible(grant)}</code>
        {location.value.at
          ? " then."
          : " now. The newest documents no longer say it, or never did."}
      </p>
    </>
  );
}

const WORDS: Readonly<Record<string, string>> = {
  MEMBER: "is a member",
  ROLE: "has a role",
  GROUP: "is in the group",
  GROUP_OF: "is a group of",
  KEEPS: "keeps",
  CLIENT: "is a client",
};

function Held({ grant, follows }: { grant: Grant; follows: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A picked line keeps the focus; a link of this panel that has gone cannot.
    if (follows && document.activeElement === document.body) heading.current?.focus();
  }, []);
  const id = plain(grant.id);
  const raw = [...new Set(grant.rawRoles.filter((each) => each !== null))];
  return (
    <>
      <h2 ref={heading} tabIndex={-1}>
        {grant.principal.label} → {grant.resource.label}
      </h2>
      <dl>
        <dt>Relation</dt>
        <dd>
          {WORDS[grant.relation] ?? low(grant.relation)}
          {grant.relation !== "CLIENT" &&
            grant.roles.length > 0 &&
            `, ${grant.roles.map(low).join(" and ")}`}
        </dd>
        {raw.length > 0 && (
          <>
            <dt>In the documents</dt>
            <dd>{raw.map((each) => `“${visible(each)}”`).join(", ")}</dd>
          </>
        )}
        <dt>Records</dt>
        <dd>{visible(grant.label)}</dd>
        {!grant.active && (
          <>
            <dt>State</dt>
            <dd class="latent">a record says that it is inactive</dd>
          </>
        )}
      </dl>
      {grant.remediation.length > 0 && (
        <p>
          <Scissors grant={id} name={visible(grant.label)} words />
        </p>
      )}
      <Contradictions found={grant.contradictions} />
      <Records key={id} grant={id} first={grant.evidence} total={grant.evidenceCount} />
      <Remedies found={grant.remediation} />
    </>
  );
}
