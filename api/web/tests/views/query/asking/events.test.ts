// Server-sent events are the same, wherever the pieces of a response are cut.
import fc from "fast-check";
import { expect, test } from "vitest";
import { EventReader, type ServerEvent } from "../../../../src/views/query/asking/events";

const read = (pieces: readonly string[]): ServerEvent[] => {
  const reader = new EventReader();
  return pieces.flatMap((piece) => reader.read(piece));
};

const stream =
  ':\n\nevent: next\r\ndata: {"data":\r\ndata: 1}\r\n\r\nevent: next\ndata:2\n\n:\r\r' +
  "event: complete\ndata:\n\ndata: cut off";

test("comments are left out, lines of data are joined, what is not whole is not there", () => {
  expect(read([stream])).toEqual([
    { name: "next", data: '{"data":\n1}' },
    { name: "next", data: "2" },
    { name: "complete", data: "" },
  ]);
});

test("cuts change nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
      const ends = [...cuts.sort((one, other) => one - other), stream.length];
      const pieces = ends.map((end, index) => stream.slice(index ? ends[index - 1] : 0, end));
      expect(read(pieces)).toEqual(read([stream]));
    }),
  );
});
