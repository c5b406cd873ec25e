// The panel of an access: what it is, what would end it, what is not known, and its paths.
import ending from "documents/ending.graphql";
import proof from "documents/proof.graphql";
import { asCommand, asPython, literal } from "../../../commands";
import { AskedAs } from "../../../components/asked_as";
import { Copy } from "../../../components/copy";
import { FindingsAbout } from "../../../components/findings_about";
import type { Access, End, Pair } from "../../../scenes/proof";
import { ask } from "../../../state/client";
import { location } from "../../../state/location";
import { useAnswer } from "../../../state/use_answer";
import { proofText } from "../proof_text";
import { Contradictions } from "./contradictions";
import { Ending } from "./ending";
import { Facts, placeName } from "./facts";
import { Paths } from "./paths";
import { Reviewed } from "./reviewed";
import { Unknown } from "./unknown";

export interface Shown {
  pair: Pair;
  who: End;
  what: End;
  access: Access;
}

export function AccessPanel({ pair, who, what, access }: Shown) {
  const at = location.value.at;
  const asked = useAnswer(JSON.stringify([pair, at]), async (abort) => {
    const { graph } = await ask(ending, { ...pair, at: at ?? null }, abort);
    return graph?.plan ?? null;
  });
  const { answer: plan, problem } = asked.state.value;
  const text = () =>
    proofText({
      who: who.label,
      what: placeName(what),
      access,
      plan,
      at,
      link: globalThis.location.href,
    });
  return (
    <>
      <Facts who={who} what={what} access={access} />
      <Contradictions found={access.contested ? access.contradictions : []} />
      <Ending
        access={access}
        pair={pair}
        what={what}
        plan={plan}
        problem={problem}
        again={asked.again}
      />
      {!at && <Reviewed pair={pair} />}
      <Unknown access={access} />
      <Paths access={access} />
      <FindingsAbout id={pair.principal} name={who.label} />
      <FindingsAbout id={pair.resource} name={what.label} />
      <p class="actions">
        <Copy text={text}>Copy as text</Copy>
      </p>
      <AskedAs
        document={proof}
        variables={{ ...pair, at: at ?? null }}
        command={asCommand(["explain", pair.principal, pair.resource], at)}
        python={asPython(`g.access(${literal(pair.principal)}, ${literal(pair.resource)})`, at)}
      />
    </>
  );
}
