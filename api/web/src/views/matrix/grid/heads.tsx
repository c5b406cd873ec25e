// The two rows that stay on top: the names of the businesses, and how many people reach each.
import { fresh } from "../../../state/location";
import { count } from "../../../words";
import type { Shape } from "../shape";
import { BEFORE } from "./grid";
import { measures } from "./measures";
import { Placed } from "./placed";
import type { Spot } from "./walk";

interface Props {
  shape: Shape;
  /** The indices of the columns that are drawn. */
  shown: readonly number[];
  active: Spot;
}

/** What makes a cell one of the walk. */
export const walked = (active: Spot, row: number, column: number) => ({
  "data-at": `${row}:${column}`,
  tabIndex: active.row === row && active.column === column ? 0 : -1,
});

export function Heads({ shape, shown, active }: Props) {
  const { column: width, head, sum, heads } = measures.value;
  return (
    <Placed class="heads" role="row" aria-rowindex={1} box={{ height: heads }}>
      <Placed
        class="corner"
        role="columnheader"
        aria-colindex={1}
        box={{ width: head }}
        {...walked(active, 0, 0)}
      >
        Person
      </Placed>
      <Placed
        class="corner sum"
        role="columnheader"
        aria-colindex={2}
        box={{ width: sum, left: head }}
        {...walked(active, 0, 1)}
      >
        Reaches
      </Placed>
      {shown.map((index) => {
        const place = shape.columns[index]?.place;
        return (
          place && (
            <Placed
              key={place.id}
              class="head"
              role="columnheader"
              aria-colindex={index + BEFORE + 1}
              box={{ left: head + sum + index * width, width }}
            >
              <a
                href={fresh({ who: place.id })}
                title={`${place.label}, ${place.id}`}
                {...walked(active, 0, index + BEFORE)}
              >
                {place.label}
              </a>
            </Placed>
          )
        );
      })}
    </Placed>
  );
}

export function Totals({ shape, shown, active }: Props) {
  const { column: width, head, sum, heads, totals } = measures.value;
  const people = count(shape.rows.length);
  return (
    <Placed class="totals" role="row" aria-rowindex={2} box={{ top: heads, height: totals }}>
      <Placed
        class="corner"
        role="rowheader"
        aria-colindex={1}
        box={{ width: head }}
        {...walked(active, 1, 0)}
      >
        {shape.rows.length === 1 ? "1 person" : `${people} people`}
      </Placed>
      <Placed
        class="corner sum"
        role="gridcell"
        aria-colindex={2}
        box={{ width: sum, left: head }}
        {...walked(active, 1, 1)}
      />
      {shown.map((index) => {
        const column = shape.columns[index];
        if (!column) return null;
        const { place, number, atLeast } = column;
        return (
          <Placed
            key={place.id}
            class="total"
            role="gridcell"
            aria-colindex={index + BEFORE + 1}
            aria-label={`${count(number)}${atLeast ? " or more" : ""} people at ${place.label}`}
            box={{ left: head + sum + index * width, width }}
            {...walked(active, 1, index + BEFORE)}
          >
            {count(number)}
            {atLeast && "+"}
          </Placed>
        );
      })}
    </Placed>
  );
}
