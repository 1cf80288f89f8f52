import { beforeEach, expect, it, vi } from "vitest";
import type { Prospect } from "@/shared/api/types";
import { host } from "@/shared/host/current";
import { call, openChat, writeMail } from "./reach";

const person = (opposed_at: string | null) =>
  ({
    id: "1",
    contact: {
      opposed_at,
      phones: [{ id: "2", e164: "+525512345678", wa_variant: "" }],
      emails: [{ id: "3", address: "ines@example.com" }],
    },
  }) as unknown as Prospect;

const opened = vi.spyOn(host, "openLink").mockImplementation(() => undefined);
beforeEach(() => opened.mockClear());

it.each([call, openChat, writeMail])(
  "nothing opens to somebody who asked not to be contacted: %o",
  (reach) => {
    reach(person("2026-11-02T16:00:00.000Z"));
    expect(opened).not.toHaveBeenCalled();
    reach(person(null));
    expect(opened).toHaveBeenCalledOnce();
  },
);
