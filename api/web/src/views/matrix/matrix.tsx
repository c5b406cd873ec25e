// The matrix: people by businesses, and in each cell the role.
import "./matrix.css";
import { useEffect, useMemo } from "preact/hooks";
import { CoverageLine } from "../../components/coverage";
import { Trouble } from "../../components/trouble";
import { location } from "../../state/location";
import { AskedMatrix } from "./asked_matrix";
import { choice } from "./choice";
import { Chooser } from "./chooser";
import { Grid } from "./grid/grid";
import { Legend } from "./legend";
import { ByPerson } from "./reading/by_person";
import { ByPlace } from "./reading/by_place";
import type { Reading } from "./reading/reading";
import { type Shape, type Sort, shape } from "./shape";
import { Tools } from "./tools";

export function Matrix() {
  const { who, at, role } = location.value;
  const chosen = useMemo(() => choice(who), [who]);
  const byPerson = chosen.people.length > 0 || chosen.places.length === 1;
  const reading = useMemo<Reading>(
    () => (byPerson ? new ByPerson(chosen, at ?? null) : new ByPlace(chosen.places, at ?? null)),
    [chosen, at],
  );
  useEffect(() => {
    reading.read();
    return () => reading.end();
  }, [reading]);
  const { table, pages, busy, problem, coverage, extent, next, unknown } = reading.state.value;
  const sort: Sort = location.value.sort === "number" ? "number" : "name";
  const found: Shape = useMemo(
    () => shape(table, role, sort, !byPerson),
    [table, pages, role, sort, byPerson],
  );
  const name = (id: string) =>
    [...table.places, ...table.people].find((each) => each.id === id)?.label;
  return (
    <main class="matrix">
      <header>
        <h2>Who reaches what, side by side</h2>
        <p class="extent" role="status">
          {busy && <span class="busy">Reading… </span>}
          {extent}
          {busy || !next ? null : (
            <button type="button" class="quiet" onClick={() => reading.read()}>
              {next}
            </button>
          )}
        </p>
        {unknown.length > 0 && <p class="trouble">Nothing is known by {unknown.join(", ")}.</p>}
        {problem && <Trouble problem={problem} again={() => reading.read()} />}
        <Chooser choice={chosen} name={name} />
        <Tools shape={found} sort={sort} role={role} />
      </header>
      {found.rows.length > 0 && <Grid shape={found} label="Roles of people at businesses" />}
      {found.rows.length === 0 && !busy && <p class="waiting">No access.</p>}
      <Legend shape={found} />
      {pages > 0 && <CoverageLine coverage={coverage} />}
      <AskedMatrix choice={chosen} at={at} />
    </main>
  );
}
