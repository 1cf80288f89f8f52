import type { components } from "./schema";

type Schemas = components["schemas"];

/** The API's shapes under the names the screens use; schema.d.ts is generated, this list is ours. */
export type User = Schemas["User"];
export type Me = Schemas["Me"];
export type Preferences = Schemas["Preferences"];
export type Session = Schemas["Session"];
export type Setup = Schemas["Setup"];
export type Vocabulary = Schemas["Vocabulary"];
export type Card = Schemas["Card"];
export type InboxCard = Schemas["InboxCard"];
export type NextAction = Schemas["NextAction"];
export type Prospect = Schemas["Prospect"];
export type Phone = Schemas["Phone"];
export type Email = Schemas["Email"];
export type Submission = Schemas["Submission"];
export type TimelineItem = Schemas["TimelineItem"];
export type Reminder = Schemas["Reminder"];
export type Meta = Schemas["Meta"];
export type MetaCheck = Schemas["MetaCheck"];
export type MetaPage = Schemas["MetaPage"];
export type MetaForm = Schemas["MetaForm"];
export type Pull = Schemas["Pull"];
export type Lead = Schemas["Lead"];
export type Import = Schemas["Import"];
export type ImportColumn = Schemas["ImportColumn"];
export type Health = Schemas["Health"];
export type HealthItem = Schemas["HealthItem"];
