// How the matrix is shown: filtered by a role, sorted, saved.

import type { Role } from "../../generated/operations";
import { save } from "../../save";
import { link } from "../../state/location";
import { count, low } from "../../words";
import { fileOf } from "./csv";
import type { Shape, Sort } from "./shape";
import { SHORT } from "./words";

interface Props {
  shape: Shape;
  sort: Sort;
  role: string | undefined;
}

export function Tools({ shape, sort, role }: Props) {
  const roles = (Object.keys(SHORT) as Role[]).filter((each) => shape.roles.has(each));
  return (
    <div class="tools">
      {roles.length > 0 && (
        <nav class="chips" aria-label="Role">
          {roles.map((each) => (
            <a
              key={each}
              class="chip"
              href={link({ role: role === each ? null : each })}
              aria-current={role === each ? "true" : undefined}
            >
              {low(each)} {count(shape.roles.get(each) ?? 0)}
            </a>
          ))}
        </nav>
      )}
      <nav class="chips" aria-label="Order of people">
        <a
          class="chip"
          href={link({ sort: null })}
          aria-current={sort === "name" ? "true" : undefined}
        >
          by name
        </a>
        <a
          class="chip"
          href={link({ sort: "number" })}
          aria-current={sort === "number" ? "true" : undefined}
        >
          by number of businesses
        </a>
      </nav>
      <button
        type="button"
        class="quiet"
        onClick={() => save("matrix.csv", "text/csv", fileOf(shape))}
      >
        Save these rows (CSV)
      </button>
    </div>
  );
}
