// The title of the page, which follows the place, so that tabs and bookmarks can be told apart.
import type { Location } from "../../state/location";

/** The title of a view of a place: "b@example.com → account Xr82w · Inroads". */
export function titleOf(view: string, place: Location, nameOf: (id: string) => string): string {
  const nodes = [place.who, place.to].filter((id) => id !== undefined).map(nameOf);
  const asked = nodes.join(" → ");
  const words = view.charAt(0).toUpperCase() + view.slice(1).replaceAll(/[-_]/g, " ");
  const named = ["start", "answer", "proof"].includes(view) ? asked : [words, asked];
  return [named, "Inroads"].flat().filter(Boolean).join(" · ");
}
