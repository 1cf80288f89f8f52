import { describe, expect, it } from "vitest";
import { draftOf, hoursOf, likeMonday, stretch, usualWeek } from "./week-draft";

describe("a week while it is typed", () => {
  it("comes back as it went in", () => {
    const hours = hoursOf(usualWeek());
    const draft = draftOf(hours);
    expect(draft === null ? null : hoursOf(draft)).toEqual(hours);
    expect(hours.sat).toEqual([{ from: "09:00", to: "14:00" }]);
    expect(hours.sun).toEqual([]);
  });

  it("is nothing where nothing is set", () => expect(draftOf(null)).toBeNull());

  it("forgets what was left blank and keeps what is half written, for the program to refuse", () => {
    const draft = {
      ...usualWeek(),
      mon: [stretch(" 09:00 ", "14:00"), stretch()],
      tue: [stretch("10:00", "")],
    };
    const { mon, tue } = hoursOf(draft);
    expect(mon).toEqual([{ from: "09:00", to: "14:00" }]);
    expect(tue).toEqual([{ from: "10:00", to: "" }]);
  });

  it("copies Monday to Friday and leaves the weekend", () => {
    const draft = likeMonday({ ...usualWeek(), mon: [stretch("08:00", "12:00"), stretch("13:00", "20:00")] });
    const hours = hoursOf(draft);
    for (const day of ["tue", "wed", "thu", "fri"] as const) expect(hours[day]).toEqual(hours.mon);
    expect(hours.sat).toEqual([{ from: "09:00", to: "14:00" }]);
    const keys = Object.values(draft).flatMap((stretches) => stretches.map(({ key }) => key));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
