import { describe, expect, it } from "vitest";
import { createEventParser, reconnectDelay } from "./event-stream";

function parseAll(chunks: string[]): string[] {
  const seen: string[] = [];
  const feed = createEventParser((data) => seen.push(data));
  for (const chunk of chunks) feed(chunk);
  return seen;
}

describe("createEventParser", () => {
  it.each([
    { name: "one event", chunks: ['data: {"a":1}\n\n'], want: ['{"a":1}'] },
    { name: "cut anywhere", chunks: ["da", "ta: x", "\n", "\n"], want: ["x"] },
    { name: "carriage returns", chunks: ["data: x\r", "\n\r\ndata: y\r\n\r\n"], want: ["x", "y"] },
    { name: "several data lines", chunks: ["data: a\ndata: b\n\n"], want: ["a\nb"] },
    { name: "comments and other fields", chunks: [": ping\n\nevent: z\nid: 4\ndata: x\n\n"], want: ["x"] },
    { name: "an unfinished event stays back", chunks: ["data: x\n"], want: [] },
  ])("$name", ({ chunks, want }) => expect(parseAll(chunks)).toEqual(want));
});

describe("reconnectDelay", () => {
  it("doubles up to thirty seconds", () => {
    expect([0, 1, 2, 9].map(reconnectDelay)).toEqual([1000, 2000, 4000, 30_000]);
  });
});
