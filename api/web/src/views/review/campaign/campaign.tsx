// One campaign: its head, its queue, and the item that is shown beside it.
import { useSignal } from "@preact/signals";
import reviewQueue from "documents/review_queue.graphql";
import { useEffect, useMemo } from "preact/hooks";
import { AskedAs } from "../../../components/asked_as";
import { CoverageLine } from "../../../components/coverage";
import { Trouble } from "../../../components/trouble";
import { Item } from "../item/item";
import { Last } from "../item/last";
import { begin } from "../queue/decide";
import { Desk } from "../queue/desk";
import { commandOf, pythonOf } from "../queue/filter";
import { Filters } from "../queue/filters";
import { Help } from "../queue/help";
import { type Action, actionOf, isTyping } from "../queue/keys";
import { List } from "../queue/list";
import { marked } from "../queue/places";
import { Selection } from "../queue/selection";
import { Unavailable } from "../unavailable";
import { Head, type Part } from "./head";

export function Campaign({ campaign }: { campaign: string }) {
  const desk = useMemo(() => new Desk(campaign), [campaign]);
  const part = useSignal<Part>(null);
  const help = useSignal(false);
  useEffect(() => () => desk.end(), [desk]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || help.peek() || isTyping(event.target)) return;
      const action = actionOf(event);
      if (!action) return;
      event.preventDefault();
      if (action.does === "help") help.value = true;
      else run(desk, action);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [desk]);

  const { problem, answer } = desk.head.state.value;
  const told = desk.told.value;
  if (!told) {
    return (
      <main class="review list">
        {problem?.code === "REVIEWS_UNAVAILABLE" && <Unavailable problem={problem} />}
        {problem && problem.code !== "REVIEWS_UNAVAILABLE" && (
          <Trouble problem={problem} again={desk.head.again} />
        )}
        {answer && <p class="calm">The ledger has no campaign {campaign}.</p>}
      </main>
    );
  }
  return (
    <main class="review">
      <Head
        desk={desk}
        part={part}
        help={() => {
          help.value = true;
        }}
      />
      {problem && <Trouble problem={problem} again={desk.head.again} />}
      <section class="queue" aria-label="Queue">
        <Filters desk={desk} />
        <Selection desk={desk} />
        <p class="notice" role="status">
          <Notice desk={desk} />
        </p>
        <List desk={desk} />
        <CoverageLine coverage={told.coverage} />
      </section>
      <aside class="panel" aria-label="The item">
        <Last desk={desk} />
        {desk.current.value !== null && (
          <Item key={desk.current.value} desk={desk} number={desk.current.value} />
        )}
        <AskedAs
          document={reviewQueue}
          variables={desk.variables.value}
          command={commandOf(told.name, desk.variables.value.filter)}
          python={pythonOf(told.name, desk.variables.value.filter)}
        />
      </aside>
      {help.value && (
        <Help
          close={() => {
            help.value = false;
          }}
        />
      )}
    </main>
  );
}

/** What happened last; failures first, each with the way to its row. */
function Notice({ desk }: { desk: Desk }) {
  const failed = [...desk.deciding.failures.value.keys()];
  const [first] = failed;
  if (first === undefined) return <>{desk.deciding.said.value}</>;
  return (
    <>
      {failed.length === 1
        ? "1 decision was not taken"
        : `${failed.length} decisions were not taken`}
      .{" "}
      <button type="button" class="quiet" onClick={() => desk.show(first)}>
        Show item {first}
      </button>
    </>
  );
}

function run(desk: Desk, action: Action): void {
  if (action.does === "decide") begin(desk, action.verdict, action.many);
  else if (action.does === "next") desk.next();
  else if (action.does === "undo") desk.undo();
  else if (action.does === "filter") document.getElementById("review-text")?.focus();
  else if (action.does === "mark") {
    const current = desk.current.peek();
    if (current === null || !desk.mayDecide.peek()) return;
    desk.marks.value = marked(desk.marks.peek(), current);
    const following = desk.numbers.peek()[desk.place.peek() + 1];
    if (following !== undefined) desk.show(following);
  }
}
