// The command that asks the same is read by a shell as it was meant, whatever the question holds.
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { command, curl } from "../../../../src/views/query/asking/shell";

/** What the shell makes of the words of a command. */
function words(command: string): string[] {
  const script = `inroads() { curl "$@"; }; curl() { for word; do printf '%s\\036' "$word"; done; }\n${command}`;
  const out = execFileSync("sh", ["-c", script], { env: { INROADS_TOKEN: "secret" } });
  return out.toString("utf8").split("\x1e").slice(0, -1);
}

const hostile = fc.oneof(
  fc.constantFrom(
    "'",
    "''",
    "'; rm -rf /; '",
    "$(id)",
    "`id`",
    "\\",
    "\\'",
    "\n",
    '"',
    "!",
    "@file",
  ),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("'", '"', "\\", "$", "`", "\n", "\r", "!", "%", "é", "😀") }),
);

test("a shell reads the body and the address as they were", () => {
  fc.assert(
    fc.property(hostile, hostile, (query, name) => {
      const body = JSON.stringify({ query, variables: { name } });
      const url = "http://127.0.0.1:8000/a'b/graphql";
      const read = words(curl(url, body, "application/json", false));
      expect(read[1]).toBe(url);
      expect(read.slice(-2)).toEqual(["--data-raw", body]);
      expect(JSON.parse(read.at(-1) ?? "")).toEqual(JSON.parse(body));
    }),
    { numRuns: 40 }, // each starts a shell
  );
});

test("a shell reads the question as it was", () => {
  fc.assert(
    fc.property(hostile, hostile, (text, name) => {
      fc.pre(!text.includes("\0") && !text.includes("\x1e") && !/[\ud800-\udfff]/.test(text));
      const read = words(command(text, { name }, "A"));
      expect(read).toEqual([
        "query",
        text,
        "--variables",
        JSON.stringify({ name }),
        "--operation",
        "A",
      ]);
    }),
    { numRuns: 40 },
  );
});

test("the token is the shell's variable, never in the text", () => {
  const command = curl("http://127.0.0.1/graphql", "{}", "application/json", true);
  expect(command).not.toContain("secret");
  expect(words(command)).toContain("authorization: Bearer secret");
});
