// A token is taken as it was meant, whatever was pasted around it.
import { beforeEach, expect, test } from "vitest";
import {
  giveToken,
  refusal,
  refused,
  session,
  signIn,
  signOut,
  token,
  tokenIn,
} from "../../src/state/token";

beforeEach(() => {
  signOut();
  signIn.value = "none";
});

test.each([
  ["inr_abc_def"],
  ["  inr_abc_def\n"],
  ["Bearer inr_abc_def"],
  ["bearer\tinr_abc_def"],
  ["Authorization: Bearer inr_abc_def"],
  ['"inr_abc_def"'],
  ["inr_abc\n_def"],
])("%j is the token", (pasted) => {
  expect(tokenIn(pasted)).toBe("inr_abc_def");
});

test("a server that wants a token is told from one that refuses it", () => {
  refused("", "send a token");
  expect([signIn.value, refusal.value]).toEqual(["wanted", ""]);
  giveToken("Bearer wrong");
  expect([signIn.value, token.value]).toEqual(["none", "wrong"]);
  refused("wrong", "this token is unknown");
  expect([signIn.value, refusal.value]).toEqual(["refused", "this token is unknown"]);
});

test("what was sent before another token refuses nothing", () => {
  giveToken("right");
  refused("", "send a token");
  expect(signIn.value).toBe("none");
});

test("whoever declined is not asked again, until they sign in or out", () => {
  signIn.value = "declined";
  refused("", "send a token");
  expect(signIn.value).toBe("declined");
  giveToken("wrong");
  refused("wrong", "this token is unknown");
  expect(signIn.value).toBe("refused");
});

test("signing out forgets the token and begins another session", () => {
  giveToken("right");
  const before = session.value;
  signOut();
  expect([token.value, signIn.value, session.value]).toEqual(["", "wanted", before + 1]);
});
