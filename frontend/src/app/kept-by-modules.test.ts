import { expect, it } from "vitest";

/** Modules that keep something for the life of the page which is nobody's in particular, and what it is. */
const nobodys: Record<string, string> = {
  "app/App.tsx": "whose screens these were: by it another person is sent to the beginning",
  "app/locked-away.ts": "what had the focus when the screen was locked",
  "features/turns/week-draft.ts": "a counter for keys of lines",
  "shared/api/session.ts": "the session itself",
  "shared/lib/dates.ts": "formats of dates",
  "shared/lib/keyboard.ts": "the press that is on its way",
  "shared/take-over/taking-over.ts": "whether this computer becomes the host, which ends the session",
  "shared/ui/density.ts": "the height of rows, which the next person's preferences set",
  "shared/ui/progress-toast.tsx": "the toasts of work under way; they are taken away with the others",
  "shared/ui/use-now.ts": "the time",
};

const files = import.meta.glob<string>(["../**/*.ts", "../**/*.tsx", "!../**/*.test.*"], {
  query: "?raw",
  import: "default",
  eager: true,
});

/** A variable of a module that changes; those who listen to it leave by themselves. */
const keeps =
  /^(?:export )?(?:let |const (?!listeners\b)\w+(?::[^=]+)? = new (?:Weak)?(?:Map|Set)(?:<.*>)?\(\))/m;

it("what a module keeps of one person is forgotten at the end of their session", () => {
  const kept = Object.entries(files)
    .map(([path, text]) => ({ path: path.replace(/^\.\.?\//, path.startsWith("./") ? "app/" : ""), text }))
    .filter(({ text }) => keeps.test(text));
  expect(kept.length).toBeGreaterThan(Object.keys(nobodys).length);
  const unforgotten = kept.filter(({ text }) => !text.includes("forgetAtSignOut(")).map(({ path }) => path);
  // session.ts has the word in it, for it is the one that says how.
  expect([...unforgotten, "shared/api/session.ts"].sort()).toEqual(Object.keys(nobodys).sort());
});
