// The keys of a queue: what each does, and where they are text.
// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { actionOf, isTyping } from "../../../src/views/review/queue/keys";

const pressed = (key: string, more = {}) =>
  actionOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });

test("small letters decide the item that is shown, large ones all that is selected", () => {
  expect(pressed("k")).toEqual({ does: "decide", verdict: "KEEP", many: false });
  expect(pressed("R")).toEqual({ does: "decide", verdict: "REVOKE", many: true });
  expect(pressed("j")).toEqual({ does: "next" });
});

test("other keys, the browser's own, and a key that is held down decide nothing", () => {
  for (const key of ["a", "Enter", " ", "constructor", "ArrowDown"])
    expect(pressed(key)).toBeNull();
  for (const held of ["ctrlKey", "metaKey", "altKey"])
    expect(pressed("r", { [held]: true })).toBeNull();
  expect(pressed("k", { repeat: true })).toBeNull();
  expect(pressed("j", { repeat: true })).toEqual({ does: "next" });
});

test("keys are text in fields and in a dialog", () => {
  document.body.innerHTML = "<input><select></select><dialog><button></button></dialog><p></p>";
  for (const name of ["input", "select", "dialog button"])
    expect(isTyping(document.querySelector(name))).toBe(true);
  expect(isTyping(document.querySelector("p"))).toBe(false);
  expect(isTyping(null)).toBe(false);
});
