/** What the program pushes: which data changed, a lead that arrived, a moved import. Same in window and browser. */
export type HostEvent =
  | { type: "hello" }
  | { type: "changed"; entities: string[]; prospects: string[] }
  | {
      type: "lead";
      prospect_id: string;
      state: string;
      name: string;
      phone: string;
      form_name: string;
      seller_id: string;
    }
  | { type: "import"; id: string }
  | { type: "health" }
  | { type: "meta" }
  | { type: "sync" };

const types = new Set(["hello", "changed", "lead", "import", "health", "meta", "sync"]);

/** Checks a pushed value's shape; `null` for what this version does not know. */
export function toHostEvent(value: unknown): HostEvent | null {
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  if (typeof value.type !== "string" || !types.has(value.type)) return null;
  if (value.type !== "changed") return value as HostEvent;
  const { entities, prospects } = value as { entities?: unknown; prospects?: unknown };
  return {
    type: "changed",
    entities: Array.isArray(entities) ? entities.map(String) : [],
    prospects: Array.isArray(prospects) ? prospects.map(String) : [],
  };
}

/** Names of query families, the first element of every query key. */
export type KeyFamily =
  | "me"
  | "users"
  | "contacts"
  | "vocabulary"
  | "pipeline"
  | "prospects"
  | "prospect"
  | "inbox"
  | "reminders"
  | "agenda"
  | "templates"
  | "template-values"
  | "meta"
  | "leads"
  | "imports"
  | "health"
  | "sync"
  | "devices"
  | "recovery"
  | "relay"
  | "tags"
  | "dashboard"
  | "views"
  | "bin"
  | "history"
  | "turns"
  | "tray"
  | "notices";

const prospectViews: QueryKey[] = [["prospects"], ["inbox", "count"], ["dashboard"]];

/** A query key prefix. */
export type QueryKey = readonly [KeyFamily, ...string[]];

/** Which views each table of the office feeds. Prospect pages are added by the ids in the event. */
const familiesByEntity: Record<string, QueryKey[]> = {
  office: [["me"], ["templates"], ["template-values"], ["turns"], ["tray"], ["dashboard"], ["reminders"]],
  user: [["users"], ["me"], ["prospects"], ["turns"], ["tray"], ["reminders"]],
  stage: [["vocabulary"], ["pipeline"], ["prospects"]],
  discard_reason: [["vocabulary"], ["pipeline"]],
  contact: [...prospectViews, ["contacts"], ["agenda"], ["template-values"], ["reminders"], ["notices"]],
  contact_phone: [...prospectViews, ["contacts"]],
  contact_email: [...prospectViews, ["contacts"]],
  contact_merge: [["contacts"]],
  contact_distinct: [["contacts"], ["prospects"]],
  prospect: [
    ...prospectViews,
    ["bin"],
    ["contacts"],
    ["agenda"],
    ["template-values"],
    ["tray"],
    ["turns", "next"],
    ["reminders"], // of who waits for a first call
  ],
  submission: [...prospectViews, ["contacts"]],
  activity: [...prospectViews, ["contacts"], ["reminders"], ["agenda"], ["templates"], ["template-values"]],
  reminder: [["reminders"], ["prospects"], ["agenda"]],
  template: [["templates"]],
  event: [],
  saved_view: [["views"]],
  tag: [["tags"], ["prospects"]],
  prospect_tag: [["prospects"]],
  seller_group: [["turns"]],
  seller_group_member: [["turns"]],
  turn_rule: [["turns"]],
  absence: [["turns"]],
  holiday: [["turns"], ["dashboard"], ["reminders"]],
  notice: [["notices"]],
};

/**
 * The query keys to refetch after an event. `["inbox","list"]` is never among them: the tray gathers new
 * leads behind a button so that nothing jumps under the person's hand.
 */
export function keysFor(event: HostEvent): QueryKey[] {
  switch (event.type) {
    case "changed": {
      const lists = event.entities.flatMap((entity) => familiesByEntity[entity] ?? []);
      const pages = event.prospects.map((id): QueryKey => ["prospect", id]);
      return unique([...lists, ...pages]);
    }
    case "lead":
      return [["inbox", "count"], ["prospects"], ["leads"], ["health"]];
    case "import":
      return [["imports"]];
    case "health":
      return [["health"], ["leads"]];
    case "meta":
      return [["meta"], ["health"], ["leads"], ["relay"]];
    case "sync":
      return [["sync"], ["devices"], ["me"], ["relay"]]; // me: this computer may be the host no more
    case "hello":
      return [];
  }
}

function unique(keys: QueryKey[]): QueryKey[] {
  return [...new Map(keys.map((key) => [key.join("/"), key])).values()];
}
