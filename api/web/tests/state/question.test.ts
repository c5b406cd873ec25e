// A question is asked anew when another answer is due, and shows nothing that is not its own.
import { signal } from "@preact/signals";
import { beforeEach, expect, test } from "vitest";
import { Problem } from "../../src/state/problem";
import { asking, question } from "../../src/state/question";
import { heard, unheard } from "../../src/state/server";
import { giveToken, signOut } from "../../src/state/token";
import { newer, served, take } from "../../src/state/versions";

const settled = () => new Promise((done) => setTimeout(done));

let asked: { abort: AbortSignal; answer(text: string): void; fail(thrown: unknown): void }[] = [];

const ask = (abort: AbortSignal) =>
  new Promise<string>((answer, fail) => {
    asked.push({ abort, answer, fail });
  });

beforeEach(() => {
  asked = [];
});

test("the late answer of an earlier question is dropped", async () => {
  const key = signal("a");
  const made = question(() => ({ key: key.value, ask }));
  key.value = "b";
  asked[1]?.answer("of b");
  asked[0]?.answer("of a");
  await settled();
  expect(made.state.value).toEqual({ answer: "of b", problem: null, busy: false });
  expect([asked[0]?.abort.aborted, asking.value]).toEqual([true, 0]);
  made.end();
});

test("a version that is taken asks anew, and what is there stays until then", async () => {
  served("one");
  const made = question(() => ({ key: "a", ask }));
  asked[0]?.answer("old");
  await settled();
  served("two");
  expect([newer.value, asked.length]).toEqual([true, 1]); // offered, not forced
  take();
  expect(newer.value).toBe(false);
  expect(made.state.value).toEqual({ answer: "old", problem: null, busy: true });
  asked[1]?.answer("new");
  await settled();
  expect(made.state.value.answer).toBe("new");
  made.end();
});

test("another token asks anew, and signing out leaves nothing of what was shown", async () => {
  giveToken("one");
  const made = question(() => ({ key: "a", ask }));
  asked[0]?.answer("secret");
  await settled();
  signOut();
  expect(made.state.value).toEqual({ answer: null, problem: null, busy: true });
  made.end();
});

test("only what a lost server did not answer is asked again once it is back", async () => {
  const made = question(() => ({ key: "a", ask }));
  unheard();
  asked[0]?.fail(new Problem("NETWORK", "", 0));
  await settled();
  expect(made.state.value.problem?.code).toBe("NETWORK");
  heard();
  expect([made.state.value.busy, asked.length]).toEqual([true, 2]);
  asked[1]?.fail(new Problem("DEADLINE", "", 503));
  await settled();
  unheard();
  heard();
  expect(asked.length).toBe(2);
  made.end();
});

test("a question that ends is no longer awaited", () => {
  const made = question(() => ({ key: "a", ask }));
  expect(asking.value).toBe(1);
  made.end();
  expect([asking.value, asked[0]?.abort.aborted]).toEqual([0, true]);
});
