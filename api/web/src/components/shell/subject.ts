// The nodes that the place is about, by name: for the box and the title of the page.
import { computed } from "@preact/signals";
import subject from "documents/subject.graphql";
import { ask } from "../../state/client";
import { location } from "../../state/location";
import { question } from "../../state/question";
import { nativeId, plain } from "../../words";
import { isId, wordsOf } from "./named";

/** The most nodes whose names are asked. */
const MOST = 20;

const place = computed(() => {
  const { who, to, at } = location.value;
  const ids = [who, to].flatMap(wordsOf).filter(isId).slice(0, MOST);
  return JSON.stringify({ ids, at: at ?? null });
});

const asked = question(() => {
  const variables = JSON.parse(place.value) as { ids: string[]; at: string | null };
  return variables.ids.length
    ? { key: place.value, ask: (abort) => ask(subject, variables, abort) }
    : null;
});

/** The names of nodes of the place; their own ids until the names are known. */
export function nameOf(said: string): string {
  const nodes = asked.state.value.answer?.graph?.nodes ?? [];
  const named = (id: string) =>
    nodes.find((node) => node && plain(node.id) === plain(id))?.label ?? nativeId(id);
  return wordsOf(said).map(named).join(", ");
}
