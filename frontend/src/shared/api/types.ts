import type { components } from "./schema";

type Schemas = components["schemas"];

/** The API's shapes under the names the screens use; schema.d.ts is generated, this list is ours. */
export type User = Schemas["User"];
export type Me = Schemas["Me"];
export type Preferences = Schemas["Preferences"];
export type Session = Schemas["Session"];
export type Setup = Schemas["SetupState"];
export type Vocabulary = Schemas["Vocabulary"];
export type Card = Schemas["Card"];
export type InboxCard = Schemas["InboxCard"];
export type NextAction = Schemas["NextAction"];
export type Prospect = Schemas["ProspectDetail"];
export type Phone = Schemas["ContactPhone"];
export type Email = Schemas["ContactEmail"];
export type Submission = Schemas["Submission"];
export type TimelineItem = Schemas["TimelineItem"];
export type Reminder = Schemas["Reminder"];
export type Meta = Schemas["Status"];
export type MetaCheck = Schemas["Check"];
export type MetaPage = Schemas["Page"];
export type MetaForm = Schemas["Form"];
export type Pull = Schemas["Pull"];
export type Lead = Schemas["Lead"];
export type LeadDetail = Schemas["LeadDetail"];
export type Candidate = Schemas["Candidate"];
export type Import = Schemas["Import"];
export type ImportColumn = Schemas["ImportColumn"];
export type Health = Schemas["Health"];
export type HealthItem = Schemas["HealthItem"];
export type SyncStatus = Schemas["SyncStatus"];
export type SyncChange = Schemas["SyncChange"];
export type Refusal = Schemas["Refusal"];
export type Device = Schemas["Device"];
export type Invitation = Schemas["Invitation"];
export type NetworkState = Schemas["NetworkState"];
export type Backups = Schemas["Backups"];
