// Events are the same wherever their text is cut.
import fc from "fast-check";
import { expect, test } from "vitest";
import { EventReader } from "../../src/state/events";

const TEXT =
  ':\n\nevent: next\nid: 7\ndata: {"a": 1}\n\n:\n\nevent: next\r\ndata: one\r\ndata: two\r\n\r\ndata: bare\n\nevent: complete\ndata:\n\n';

const WHOLE = [
  { name: "next", data: '{"a": 1}' },
  { name: "next", data: "one\ntwo" },
  { name: "message", data: "bare" },
  { name: "complete", data: "" },
];

test("events are read from any pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: TEXT.length })), (cuts) => {
      const places = [0, ...cuts.sort((one, other) => one - other), TEXT.length];
      const reader = new EventReader();
      const found = places
        .slice(1)
        .flatMap((end, index) => reader.read(TEXT.slice(places[index], end)));
      expect(found).toEqual(WHOLE);
    }),
  );
});

test("an event that is not whole is not told", () => {
  expect(new EventReader().read("event: next\ndata: {}\n")).toEqual([]);
});
