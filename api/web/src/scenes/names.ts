// Names of nodes on cards and rows: a first line that is never empty, and a second one that tells more.
import { visible } from "../visible";
import { bareName, nativeId } from "../words";

/** A node as the questions of the page give it. */
export interface Named {
  __typename: string;
  id: string;
  label: string;
  firstName?: string | null;
  lastName?: string | null;
  observed?: boolean;
  active?: boolean | null;
  account?: { id: string } | null;
  business?: { id: string; label: string } | null;
}

export interface Names {
  title: string;
  sub: string;
}

/** The most letters of a name: documents may have any number of them. */
const LONGEST = 160;

/** The lines of a node. An account that a business keeps is named by that business. */
export function namesOf(node: Named): Names {
  if (node.__typename === "Identity") return person(node);
  const { id, label } = (node.__typename === "Account" && node.business) || node;
  const native = nativeId(id);
  const account = node.__typename === "Account" ? node : node.account;
  const title = label.endsWith(` (${native})`) ? label.slice(0, -native.length - 3) : label;
  const bare = node.__typename === "Account" && !node.business ? "no business known" : native;
  const parts = [
    title.endsWith(` ${native}`) && bare === native ? "" : bare,
    account && (node.__typename !== "Account" || node.business) ? bareName(account.id) : "",
    node.active === false ? "inactive" : "",
  ];
  return { title: cut(title), sub: cut(parts.filter(Boolean).map(visible).join(" · ")) };
}

function person(node: Named): Names {
  const name = [node.firstName, node.lastName]
    .map((part) => visible(part ?? "").trim())
    .filter(Boolean)
    .join(" ");
  return { title: cut(node.label), sub: cut(name || bareName(node.id)) };
}

/** The lines of a card, which is narrow: an email's domain stands on the second one. */
export function cardOf(node: Named): Names {
  const names = namesOf(node);
  const at = names.title.lastIndexOf("@");
  if (node.__typename !== "Identity" || at < 1) return names;
  const name = names.sub.startsWith("identity ") ? "" : names.sub;
  return {
    title: names.title.slice(0, at),
    sub: [names.title.slice(at), name].filter(Boolean).join(" · "),
  };
}

const cut = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
