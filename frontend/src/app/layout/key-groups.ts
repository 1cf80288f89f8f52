/** Keys pressed one after the other, each perhaps of several pressed together. "Mod" is ⌘ or Ctrl. */
type Keys = readonly (readonly string[])[];

const everywhere = {
  title: "keys.everywhere",
  rows: [
    { word: "keys.palette", keys: [["Mod", "K"]] },
    { word: "keys.search", keys: [["/"]] },
    { word: "keys.goInbox", keys: [["G"], ["B"]] },
    { word: "keys.goProspects", keys: [["G"], ["P"]] },
    { word: "keys.goAgenda", keys: [["G"], ["A"]] },
    { word: "keys.goDashboard", keys: [["G"], ["T"]] },
    { word: "keys.goContacts", keys: [["G"], ["C"]] },
    { word: "keys.goBoard", keys: [["G"], ["E"]] },
    { word: "keys.goHistory", keys: [["G"], ["H"]], admin: true },
    { word: "keys.goSettings", keys: [["G"], ["S"]] },
    { word: "keys.goReports", keys: [["G"], ["R"]] },
    { word: "keys.reminders", keys: [["G"], ["N"]] },
    { word: "keys.newProspect", keys: [["N"]] },
    { word: "keys.save", keys: [["Mod", "S"]] },
    { word: "keys.saveAndLeave", keys: [["Mod", "Enter"]] },
    { word: "keys.cancel", keys: [["Esc"]] },
    { word: "keys.undo", keys: [["Mod", "Z"]] },
    { word: "keys.redo", keys: [["Mod", "Shift", "Z"]] },
    { word: "keys.help", keys: [["?"]] },
  ],
} as const;

const list = {
  title: "keys.lists",
  rows: [
    { word: "keys.down", keys: [["J"]] },
    { word: "keys.up", keys: [["K"]] },
    { word: "keys.open", keys: [["Enter"]] },
  ],
} as const;

const changes = [
  { word: "keys.stage", keys: [["S"]] },
  { word: "keys.assign", keys: [["A"]], admin: true },
  { word: "keys.temperature", keys: [["T"]] },
] as const;

const details = [
  { word: "keys.reminder", keys: [["R"]] },
  { word: "keys.edit", keys: [["E"]] },
] as const;

const picking = {
  title: "keys.picked",
  rows: [
    { word: "keys.select", keys: [["X"]] },
    { word: "keys.selectAll", keys: [["Mod", "A"]] },
    ...changes,
    { word: "keys.selectNone", keys: [["Esc"]] },
  ],
} as const;

const active = {
  title: "keys.row",
  rows: [
    { word: "keys.callNow", keys: [["L"]] },
    { word: "keys.whatsapp", keys: [["W"]] },
    ...changes,
    ...details,
  ],
} as const;

const prospect = {
  title: "keys.prospect",
  rows: [
    { word: "keys.call", keys: [["L"]] },
    { word: "keys.note", keys: [["N"]] },
    { word: "keys.whatsapp", keys: [["W"]] },
    ...changes,
    ...details,
  ],
} as const;

const board = {
  title: "keys.board",
  rows: [
    { word: "keys.nextCard", keys: [["←"], ["↑"], ["↓"], ["→"]] },
    { word: "keys.columnEnds", keys: [["Home"], ["End"]] },
    { word: "keys.columnPages", keys: [["PageUp"], ["PageDown"]] },
    { word: "keys.open", keys: [["Enter"]] },
    { word: "keys.liftCard", keys: [["Space"]] },
    { word: "keys.carryCard", keys: [["←"], ["→"]] },
    { word: "keys.putBack", keys: [["Esc"]] },
  ],
} as const;

const agenda = {
  title: "keys.agenda",
  rows: [
    { word: "keys.newActivity", keys: [["N"]] },
    { word: "keys.moveActivity", keys: [["M"]] },
    { word: "keys.longer", keys: [["Shift", "↑"], ["↓"]] },
    { word: "keys.previousDays", keys: [["["]] },
    { word: "keys.nextDays", keys: [["]"]] },
    { word: "keys.today", keys: [["H"]] },
    { word: "keys.dayView", keys: [["D"]] },
    { word: "keys.weekView", keys: [["S"]] },
  ],
} as const;

const contact = { title: "keys.contact", rows: [{ word: "keys.edit", keys: [["E"]] }] } as const;

const person = {
  title: "keys.person",
  rows: [
    { word: "keys.callNow", keys: [["L"]] },
    { word: "keys.whatsapp", keys: [["W"]] },
    { word: "keys.edit", keys: [["E"]] },
  ],
} as const;

const duplicates = {
  title: "keys.duplicates",
  rows: [
    { word: "keys.down", keys: [["J"]] },
    { word: "keys.up", keys: [["K"]] },
    { word: "keys.compare", keys: [["Enter"]] },
    { word: "keys.notSame", keys: [["X"]] },
  ],
} as const;

const uniting = {
  title: "keys.uniting",
  rows: [
    { word: "keys.unite", keys: [["Mod", "Enter"]] },
    { word: "keys.leave", keys: [["Esc"]] },
  ],
} as const;

type Group =
  | typeof everywhere
  | typeof list
  | typeof picking
  | typeof active
  | typeof prospect
  | typeof board
  | typeof agenda
  | typeof contact
  | typeof person
  | typeof duplicates
  | typeof uniting;

/** What each screen has of its own; the first that fits. */
const screens: readonly (readonly [RegExp, readonly Group[]])[] = [
  [/^\/bandeja/, [list, active]],
  [/^\/prospectos\/./, [prospect]],
  [/^\/prospectos/, [list, active, picking]],
  [/^\/embudo/, [board, active]],
  [/^\/agenda/, [agenda]],
  [/^\/contactos\/duplicados/, [duplicates]],
  [/^\/contactos\/unir/, [uniting]],
  [/^\/contactos\/fusiones/, []],
  [/^\/contactos\/./, [person]],
  [/^\/contactos/, [list, contact]],
  [/^\/historial/, [list]],
];

/** A shortcut as the sheet shows it. */
export type KeyRow = { word: Group["rows"][number]["word"]; keys: Keys };

/**
 * The shortcuts of a screen, its own before those that work everywhere; what the screen has given another meaning is left out
 * there, and what only administrators may do is for them.
 */
export function keyGroups(path: string, isAdmin: boolean): { title: Group["title"]; rows: KeyRow[] }[] {
  const own = screens.find(([at]) => at.test(path))?.[1] ?? [];
  const taken = new Set(own.flatMap(({ rows }) => rows.map(({ keys }) => String(keys))));
  return [...own, everywhere].map((group) => ({
    title: group.title,
    rows: group.rows.filter(
      (row) => (isAdmin || !("admin" in row)) && (group !== everywhere || !taken.has(String(row.keys))),
    ),
  }));
}
