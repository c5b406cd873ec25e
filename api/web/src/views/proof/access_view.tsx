// One access: the picture of all its paths, and the panel beside it.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { PicturePane } from "../../components/picture_pane";
import { useEscape } from "../../components/use_escape";
import type { Line, Scene, Spot } from "../../picture/scene";
import { type Access, type End, grantsOf, type Pair, proofScene } from "../../scenes/proof";
import { imagined } from "../../state/imagined";
import { fresh, go, location } from "../../state/location";
import { plain } from "../../words";
import { useWhatIf } from "../what_if/question";
import { AccessPanel } from "./panels/access_panel";
import { CardPanel } from "./panels/card_panel";
import { StepPanel } from "./panels/step_panel";
import { WithoutPanel } from "./panels/without_panel";

interface Props {
  pair: Pair;
  who: End;
  what: End;
  access: Access;
}

export function AccessView({ pair, who, what, access }: Props) {
  const { step, path, without, at } = location.value;
  const card = useSignal<Spot | null>(null);
  const remove = imagined(without);
  const asked = useWhatIf(remove, at);
  const { answer } = asked.state.value;
  const gone = remove.length ? (answer?.removed.map(({ id }) => plain(id)) ?? remove) : [];
  const drawn = useMemo(() => proofScene(access, pair, gone), [access, gone.join("\n")]);
  const chosen = access.paths.nodes[Number(path) - 1];
  const scene = useMemo(
    () => (chosen ? { ...drawn, way: grantsOf(chosen) } : { ...drawn }),
    [drawn, chosen, step], // shown again with another anchor, which brings it into sight
  );

  const begun = useRef(false);
  useEffect(() => {
    begun.current = true;
  }, []);
  const pick = (what: { spot: Spot } | { line: Line } | null) => {
    card.value = what && "spot" in what ? what.spot : null;
    go({ step: what && "line" in what ? what.line.id : null, path: null });
  };
  const panel = useRef<HTMLElement>(null);
  useEscape(panel, step || card.value ? () => pick(null) : null);
  const facts = { pair, who, what, access };
  return (
    <main class="proof">
      <h2 class="unseen">
        How {who.label} reaches {what.label}
      </h2>
      <div class="stage">
        <p class="back">
          <a href={fresh({ who: pair.principal })}>← All that {who.label} reaches</a>
          <a href={fresh({ who: pair.resource })}>Who reaches {what.label}</a>
        </p>
        <PicturePane
          scene={scene}
          anchor={inSight(scene, step)}
          picked={step ?? card.value?.id}
          pick={pick}
          unfold={() => {}}
        />
      </div>
      <aside ref={panel} class="panel" aria-label="What the records say" tabIndex={-1}>
        {step ? (
          <StepPanel key={step} grant={step} follows={begun.current} />
        ) : card.value ? (
          <CardPanel
            spot={card.value}
            close={() => {
              card.value = null;
            }}
          />
        ) : remove.length ? (
          <WithoutPanel {...facts} remove={remove} asked={asked} />
        ) : (
          <AccessPanel {...facts} />
        )}
      </aside>
    </main>
  );
}

/** The card that must be in sight: the end of the picked step, or of the first step of the picked path. */
function inSight({ root, way, lines }: Scene, step: string | undefined): string {
  const wanted = step ?? way?.find((id) => lines.some((line) => line.id === id));
  return lines.find(({ id }) => id === wanted)?.to ?? root;
}
