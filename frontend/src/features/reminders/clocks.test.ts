import { afterEach, describe, expect, it, vi } from "vitest";
import { announcedAt, claimUnannounced, wasAnnounced } from "./announced";
import { missedIn, noteAwake } from "./away";
import { dueAt, toldBy } from "./due";
import { missedName } from "./missed-store";
import { remindingAt } from "./reminding";

// A page that lives through a day, and its computer's clock: what it does on each look is what ReminderNotices and useAway do.

const minute = 60_000;
const hour = 60 * minute;

type Told = { id: string; remind_at: string; again_at: string | null };

function memory() {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  };
}

/** A page whose beat comes before its look at what is due, or after it. */
class Page {
  announced: string[] = [];
  missed: string[] = [];
  private readonly kept = memory();

  constructor(
    public now: number,
    private readonly reminders: readonly Told[],
    private readonly beatsFirst: boolean,
  ) {
    this.look();
  }

  /** Time passes while the program runs: it looks twice a minute. */
  run(ms: number) {
    for (let passed = 0; passed < ms; passed += minute / 2) {
      this.now += minute / 2;
      this.look();
    }
  }

  /** The computer sleeps, or somebody sets its clock. */
  leap(ms: number) {
    this.now += ms;
    this.look();
  }

  private look() {
    if (this.beatsFirst) this.beat();
    const due = dueAt(
      this.reminders.map((reminder) => toldBy(reminder, this.now)),
      this.now,
      (reminder) => wasAnnounced(reminder, "ana", this.kept),
    );
    this.announced.push(...claimUnannounced(due, "ana", this.kept, this.now).map(({ id }) => id));
    if (!this.beatsFirst) this.beat();
  }

  private beat() {
    const away = noteAwake(this.now, "ana", this.kept);
    if (away === null) return;
    const missed = missedIn(this.reminders, away, (reminder) => announcedAt(reminder, "ana", this.kept));
    this.missed.push(...missed.map((reminder) => missedName(reminder).split(" ")[0] ?? ""));
  }
}

const start = Date.parse("2026-11-24T16:00:00.000Z");
const reminder = (id: string, afterMs: number, again?: number): Told => ({
  id,
  remind_at: new Date(start + afterMs).toISOString(),
  again_at: again === undefined ? null : new Date(start + again).toISOString(),
});

describe.each([true, false])("sleep and clocks, the beat first: %s", (beatsFirst) => {
  const page = (reminders: Told[]) => new Page(start, reminders, beatsFirst);
  it("lists what came due in a night's sleep on waking, once, and what came before not", () => {
    const p = page([
      reminder("before", 10 * minute),
      reminder("asleep", 5 * hour),
      reminder("after", 17 * hour),
    ]);
    p.run(20 * minute);
    p.leap(16 * hour);
    p.run(2 * hour);
    expect(p.announced).toEqual(["before", "asleep", "after"]);
    expect(p.missed).toEqual(["asleep"]);
  });
  it("lists one whose two times were slept through once, as it is told by then", () => {
    const p = page([reminder("first", 5 * minute, 15 * minute)]);
    p.leap(3 * hour);
    p.run(hour);
    expect(p.announced).toEqual(["first"]);
    expect(p.missed).toEqual(["first"]);
  });
  it("loses nothing to a clock that leaps a day ahead, and repeats nothing when it is set right", () => {
    const p = page([
      reminder("soon", 10 * minute),
      reminder("leapt", 5 * hour),
      reminder("later", 30 * hour),
    ]);
    p.leap(24 * hour);
    expect(p.announced.toSorted()).toEqual(["leapt", "soon"]);
    expect(p.missed.toSorted()).toEqual(["leapt", "soon"]);
    p.leap(-24 * hour);
    p.run(6 * hour);
    p.leap(18 * hour); // the night after
    p.run(7 * hour);
    expect(p.announced.toSorted()).toEqual(["later", "leapt", "soon"]);
    expect(p.missed.toSorted()).toEqual(["leapt", "soon"]);
  });
  it("lists what is slept through after a clock was ahead and has been set right", () => {
    const p = page([reminder("asleep", 8 * hour)]);
    p.leap(2 * hour);
    p.leap(-2 * hour);
    p.leap(9 * hour);
    expect(p.announced).toEqual(["asleep"]);
    expect(p.missed).toEqual(["asleep"]);
  });
  it("repeats nothing after a clock that was set back for a while", () => {
    const p = page([reminder("told", 10 * minute), reminder("next", 5 * hour)]);
    p.run(30 * minute);
    p.leap(-3 * hour);
    p.run(10 * minute);
    p.leap(3 * hour);
    p.run(10 * minute);
    expect(p.announced).toEqual(["told"]);
    expect(p.missed).toEqual([]);
    p.leap(6 * hour);
    expect(p.announced).toEqual(["told", "next"]);
    expect(p.missed).toEqual(["next"]);
  });
});

describe("across a change of the hour", () => {
  afterEach(() => vi.unstubAllEnvs());
  // Tijuana has kept the change of the hour: on the night of 1 November 2026 an hour comes twice, on 8 March 2026 one is missing.
  it.each([
    ["2026-11-01", "2026-10-31T20:00:00", "2026-11-01T08:30:00", 13.5],
    ["2026-03-08", "2026-03-07T20:00:00", "2026-03-08T08:30:00", 11.5],
  ])("tells of an all-day one at nine of %s, once", (day, evening, morning, slept) => {
    vi.stubEnv("TZ", "America/Tijuana");
    const at = remindingAt({ due_on: day });
    expect([at.getHours(), at.getDate()]).toEqual([9, Number(day.slice(8))]);
    const early = new Date(`${day}T04:00:00`).toISOString();
    const p = new Page(
      new Date(evening).getTime(),
      [
        { id: "early", remind_at: early, again_at: null },
        { id: "day", remind_at: at.toISOString(), again_at: null },
      ],
      true,
    );
    const wake = new Date(morning).getTime();
    expect((wake - p.now) / hour).toBe(slept);
    p.leap(wake - p.now);
    expect(p.announced).toEqual(["early"]);
    expect(p.missed).toEqual(["early"]);
    p.run(29 * minute);
    expect(p.announced).toEqual(["early"]);
    p.run(2 * minute);
    expect(p.announced).toEqual(["early", "day"]);
    expect(p.missed).toEqual(["early"]);
  });
});
