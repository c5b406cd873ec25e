// The causes of the changes, in pages, each with the accesses that it changed.
import changesByCause from "documents/changes_by_cause.graphql";
import { useRef } from "preact/hooks";
import { SaveCsv } from "../../components/save_csv";
import { ShowMore } from "../../components/show_more";
import { Trouble } from "../../components/trouble";
import type { ChangeKind, ChangesByCauseQueryVariables } from "../../generated/operations";
import { ask } from "../../state/client";
import { usePages } from "../../state/use_pages";
import { count, plain } from "../../words";
import { type Caused, CauseItem, type Change, type Moments, rolesOf } from "./cause_item";

const HEADER = [
  "cause",
  "what",
  "change",
  "principal",
  "name",
  "resource",
  "resource_name",
  "roles",
];

/** The accesses of a cause that are asked for with it, and then at once. */
const FEW = 10;
const MANY = 50;

interface Props {
  moments: Moments;
  kinds: ChangeKind[];
  /** The node that the changes are about; null for all. */
  about: string | null;
  at: string | null;
}

interface Item {
  caused: Caused;
  /** The cursor of the cause before it; null for the first. */
  before: string | null;
}

export function Causes({ moments, kinds, about, at }: Props) {
  const given = { ...moments, about, kinds, at };
  const shown = useRef(new Map<string, readonly Change[]>());
  const pages = usePages<Item>(JSON.stringify(given), async (after, abort) => {
    if (after === null) shown.current.clear();
    const found = await read({ ...given, after, accesses: FEW }, abort);
    const edges = found?.edges ?? [];
    return {
      items: edges.map((edge, index) => ({
        caused: edge.node,
        before: index ? (edges[index - 1]?.cursor ?? null) : after,
      })),
      total: found?.totalCount ?? 0,
      next: found?.pageInfo.hasNextPage ? found.pageInfo.endCursor : null,
    };
  });
  const further = (item: Item) => async (accessesAfter: string) => {
    const asked = { ...given, first: 1, after: item.before, accesses: MANY, accessesAfter };
    return (await read(asked))?.edges[0]?.node.changes ?? null;
  };
  const { items, total, busy, problem, more, again } = pages;
  return (
    <section class="causes" aria-label="By cause" aria-busy={busy}>
      {total !== null && (
        <header>
          <h2>
            {count(total)} {total === 1 ? "cause" : "causes"}
          </h2>
          {items.length > 0 && (
            <SaveCsv
              name={`inroads-changes-${items.length}-of-${total}-causes`}
              header={HEADER}
              rows={() => items.flatMap((each) => lines(each.caused, shown.current))}
            />
          )}
        </header>
      )}
      {total === 0 && <p class="calm">No access of these kinds changed in these days.</p>}
      {items.length > 0 && <p class="calm">Documents tell what changed, not who changed it.</p>}
      {total === null && busy && <p class="calm">Comparing the two moments…</p>}
      <ul class="plain">
        {items.map((item) => (
          <CauseItem
            key={`${JSON.stringify(given)} ${item.caused.cause.id}`}
            caused={item.caused}
            moments={moments}
            further={further(item)}
            grown={(changes) => shown.current.set(item.caused.cause.id, changes)}
          />
        ))}
      </ul>
      {problem && <Trouble problem={problem} again={again} />}
      {more && total !== null && (
        <ShowMore of="causes" shown={items.length} total={total} more={more} />
      )}
    </section>
  );
}

async function read(given: ChangesByCauseQueryVariables, abort?: AbortSignal) {
  return (await ask(changesByCause, given, abort)).graph?.changesByCause ?? null;
}

const lines = (caused: Caused, shown: ReadonlyMap<string, readonly Change[]>): string[][] =>
  (shown.get(caused.cause.id) ?? caused.changes.nodes).map((change) => [
    plain(caused.cause.id),
    caused.cause.sentence,
    change.kinds.join("; "),
    plain(change.principal.id),
    change.principal.label,
    plain(change.resource.id),
    change.resource.label,
    rolesOf(change),
  ]);
