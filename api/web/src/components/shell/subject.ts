// The nodes that the place is about, by name: for the box and the title of the page.
import { computed } from "@preact/signals";
import subject from "documents/subject.graphql";
import { ask } from "../../state/client";
import { location } from "../../state/location";
import { question } from "../../state/question";
import { nativeId, plain } from "../../words";

const place = computed(() => {
  const { who, to, at } = location.value;
  return JSON.stringify({ ids: [who, to].filter((id) => id !== undefined), at: at ?? null });
});

const asked = question(() => {
  const variables = JSON.parse(place.value) as { ids: string[]; at: string | null };
  return variables.ids.length
    ? { key: place.value, ask: (abort) => ask(subject, variables, abort) }
    : null;
});

/** The name of a node of the place; its own id until the name is known. */
export function nameOf(id: string): string {
  const nodes = asked.state.value.answer?.graph?.nodes ?? [];
  return nodes.find((node) => node && plain(node.id) === plain(id))?.label ?? nativeId(id);
}
