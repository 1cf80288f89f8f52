import { fold } from "@/shared/lib/text";

/** What the wizard gathers. */
export type SetupValues = {
  officeName: string;
  /** IANA name. */
  timezone: string;
  name: string;
  login: string;
  password: string;
};

/** The steps in their order. */
export const setupSteps = ["welcome", "office", "admin", "ready"] as const;
/** The wizard's steps, and the two other ways for a computer to get an office. */
export type SetupStep = (typeof setupSteps)[number] | "join" | "restore";

/** Time zones of Mexico, most used first. Source: IANA tz database, zone1970.tab, and the law of 2022 on zones. */
export const mexicanZones = [
  "America/Mexico_City",
  "America/Monterrey",
  "America/Cancun",
  "America/Merida",
  "America/Mazatlan",
  "America/Hermosillo",
  "America/Tijuana",
  "America/Chihuahua",
  "America/Ciudad_Juarez",
  "America/Bahia_Banderas",
  "America/Matamoros",
  "America/Ojinaga",
] as const;

/** The computer's own zone; Mexico City when the system does not say. */
export function firstZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "America/Mexico_City";
}

/** The zones to choose from: Mexico's, and the given one if it is elsewhere. */
export function zoneChoices(own: string): string[] {
  const zones: string[] = [...mexicanZones];
  return zones.includes(own) ? zones : [...zones, own];
}

/** The time of day in a zone, "17:05", so that the person sees whether the choice is right. */
export function timeIn(zone: string, at: Date): string {
  return new Intl.DateTimeFormat("es-MX", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(at);
}

/** A user name to start from: first name and first surname without accents, "laura.mendez". */
export function suggestLogin(name: string): string {
  const words = fold(name)
    .split(/\s+/)
    .map((word) => word.replace(/[^a-z0-9]/g, ""))
    .filter(Boolean);
  return words.slice(0, 2).join(".");
}

/** The step that holds a field of the API, for a fault that names one. */
export function stepOfField(field: string): SetupStep {
  return field === "office_name" || field === "timezone" ? "office" : "admin";
}

/** Whether this computer is on its way into an office, by the state that the program names. */
export function isUnderWay(joining: string | undefined): boolean {
  return joining === "connecting" || joining === "waiting" || joining === "receiving";
}
