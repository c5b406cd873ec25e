// The documents that come with the package. Every server trusts them.
import type { Document } from "../../../state/client";

export interface Known {
  name: string;
  /** The sentence at its beginning. */
  about: string;
  id: string;
  text: string;
}

type Module = { default: Document<unknown, never> };

const FILES = {
  ...import.meta.glob<Module>("../../../../../inroads_api/execution/operations/*.graphql", {
    eager: true,
  }),
  ...import.meta.glob<Module>("../../../../../inroads_api/execution/operations/page/**/*.graphql", {
    eager: true,
  }),
};

/** What a document says of itself: its first comment. */
export const about = (text: string): string => /^#\s*(.*)/.exec(text)?.[1] ?? "";

const depth = ({ name }: { name: string }) => name.split("/").length;

export const KNOWN: readonly Known[] = Object.entries(FILES)
  .map(([path, { default: found }]) => ({
    name: path.replace(/^.*\/operations\//, "").replace(/\.graphql$/, ""),
    about: about(found.text),
    id: found.id,
    text: found.text,
  }))
  .sort((one, other) => depth(one) - depth(other) || one.name.localeCompare(other.name));

/** The document that a link names by its id. */
export const byId = (id: string): Known | undefined => KNOWN.find((each) => each.id === id);

/** The document that has exactly this text, up to the white space at its ends. */
export const byText = (text: string): Known | undefined =>
  KNOWN.find((each) => each.text.trim() === text.trim());
