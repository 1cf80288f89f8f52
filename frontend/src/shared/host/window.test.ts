import { describe, expect, it, vi } from "vitest";
import { toBase64, windowHost } from "./window";

it("comes to the front also when it was minimised", () => {
  const [unminimise, show] = [vi.fn(), vi.fn()];
  const rest = { EventsOn: vi.fn(), BrowserOpenURL: vi.fn() };
  windowHost({ ...rest, WindowUnminimise: unminimise, WindowShow: show }).raise();
  expect(unminimise).toHaveBeenCalledBefore(show);
});

describe("toBase64", () => {
  it("encodes bytes beyond one slice", () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 256);
    const back = Uint8Array.from(atob(toBase64(bytes)), (letter) => letter.charCodeAt(0));
    expect(back).toEqual(bytes);
  });
  it("encodes nothing", () => expect(toBase64(new Uint8Array())).toBe(""));
});
