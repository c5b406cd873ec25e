// The widget follows Python and the notebook's theme, and tells what is picked.
// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test } from "vitest";
import widget, { type Model, themeOf } from "../src/widget";
import { drawn } from "./picture/scenes";

class Fake implements Model {
  readonly state: Record<string, unknown>;
  readonly heard = new Map<string, () => void>();
  saved = 0;

  constructor(text: string) {
    this.state = { scene: { ...drawn(text), note: "1 more" }, picked: "", unfold: "", height: 300 };
  }

  get(name: string): never {
    return this.state[name] as never;
  }

  set(name: string, value: unknown): void {
    this.state[name] = value;
  }

  save_changes(): void {
    this.saved++;
  }

  on(event: string, told: () => void): void {
    this.heard.set(event, told);
  }

  off(event: string): void {
    this.heard.delete(event);
  }

  /** A change that comes from Python. */
  change(name: string, value: unknown): void {
    this.state[name] = value;
    this.heard.get(`change:${name}`)?.();
  }
}

let el: HTMLElement;
let model: Fake;
let end: () => void;

beforeEach(() => {
  el = document.createElement("div");
  document.body.append(el);
  model = new Fake("p>a p>b");
  end = widget.render({ model, el });
});

afterEach(() => {
  end();
  el.remove();
  document.body.className = "";
  delete document.body.dataset.jpThemeLight;
});

const cards = () =>
  [...el.querySelectorAll<SVGGElement>(".ir-spot")].map((each) => each.dataset.id);

test("it shows the scene that it is given, and the next one", () => {
  expect(cards()).toEqual(["p", "a", "b"]);
  expect(el.textContent).toContain("1 more");
  model.change("scene", { ...drawn("p>a"), note: "" });
  expect(cards()).toEqual(["p", "a"]);
});

test("what is picked goes to Python, and what Python picks is marked", () => {
  el.querySelector('[data-id="a"]')?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  expect([model.state.picked, model.saved]).toEqual(["a", 1]);
  model.change("picked", "b");
  expect(el.querySelector(".ir-spot.ir-picked")?.getAttribute("data-id")).toBe("b");
  model.change("picked", "");
  expect(el.querySelector(".ir-picked")).toBeNull();
});

test("it leaves nothing behind", () => {
  end();
  expect(el.querySelector("svg")).toBeNull();
  expect(model.heard.size).toBe(0);
});

test("it has the theme of the notebook, where that says one", () => {
  expect(themeOf(document.body)).toBeNull();
  document.body.dataset.jpThemeLight = "false";
  expect(themeOf(document.body)).toBe("dark");
  document.body.dataset.jpThemeLight = "true";
  expect(themeOf(document.body)).toBe("light");
  delete document.body.dataset.jpThemeLight;
  for (const [name, theme] of Object.entries({
    "vscode-dark": "dark",
    "vscode-light": "light",
    "vscode-high-contrast": "dark",
    "vscode-high-contrast vscode-high-contrast-light": "light",
  })) {
    document.body.className = name;
    expect(themeOf(document.body)).toBe(theme);
  }
});
