// A long list draws the rows in sight, and is walked and opened by the keyboard.
// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import { Rows } from "../../src/components/rows";

const host = document.createElement("div");
document.body.append(host);
afterEach(() => render(null, host));

function shown(chosen: number, count = 1000, of: unknown = null) {
  const told = { choose: vi.fn(), open: vi.fn(), seen: vi.fn() };
  act(() =>
    render(
      <Rows
        label="People"
        count={count}
        item={(index) => (index % 2 ? null : `person ${index}`)}
        row={(name) => <b>{name}</b>}
        height={50}
        chosen={chosen}
        of={of}
        {...told}
      />,
      host,
    ),
  );
  const list = host.querySelector('[role="listbox"]') as HTMLElement;
  const press = (key: string) =>
    act(() => {
      list.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    });
  return { list, press, ...told };
}

test("only rows in sight are drawn, each with its place; what is not loaded is told as such", () => {
  const { list, seen } = shown(-1);
  const rows = [...list.querySelectorAll('[role="option"]')];
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.length).toBeLessThan(40);
  expect(rows.slice(0, 2).map((row) => row.textContent)).toEqual(["person 0", "…"]);
  expect(rows[1]?.getAttribute("aria-posinset")).toBe("2");
  expect(rows[1]?.getAttribute("aria-setsize")).toBe("1000");
  expect(list.querySelector("svg")?.getAttribute("height")).toBe("50000");
  expect(seen).toHaveBeenCalledWith(0, rows.length);
});

test("rows of something else are told of anew, though they are at the same places", () => {
  expect(shown(-1, 30, "open").seen).toHaveBeenCalledOnce();
  expect(shown(-1, 30, "open").seen).not.toHaveBeenCalled();
  expect(shown(-1, 30, "kept").seen).toHaveBeenCalledOnce();
});

test("arrows choose within the list, Enter and a click open", () => {
  const first = shown(-1);
  first.press("ArrowDown");
  expect(first.choose).toHaveBeenLastCalledWith(0);
  first.press("Enter");
  expect(first.open).not.toHaveBeenCalled();
  const { list, press, choose, open } = shown(0);
  press("ArrowUp");
  expect(choose).toHaveBeenLastCalledWith(0);
  press("End");
  expect(choose).toHaveBeenLastCalledWith(999);
  press("Enter");
  expect(open).toHaveBeenLastCalledWith(0);
  act(() => (list.querySelectorAll('[role="option"]')[3] as HTMLElement).click());
  expect(open).toHaveBeenLastCalledWith(3);
});

test("the chosen row is the list's active one, where it is drawn", () => {
  const { list } = shown(2);
  const row = list.querySelector('[aria-selected="true"]');
  expect(row?.textContent).toBe("person 2");
  expect(list.getAttribute("aria-activedescendant")).toBe(row?.id);
  expect(shown(-1).list.hasAttribute("aria-activedescendant")).toBe(false);
});
