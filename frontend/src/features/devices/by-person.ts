import type { Device } from "@/shared/api/types";

/** A person and the computers that hold, or held, the office's data in their name. */
export type Person = { id: string; name: string; role: string; devices: Device[] };

/** Groups computers by person: who has the host first, then by name. Wiped ones hold nothing and come last. */
export function byPerson(devices: Device[]): Person[] {
  const people = new Map<string, Person>();
  for (const device of devices) {
    const person = people.get(device.user_id) ?? {
      id: device.user_id,
      name: device.user_name,
      role: device.role,
      devices: [],
    };
    person.devices.push(device);
    people.set(device.user_id, person);
  }
  const rank = ({ state, is_host }: Device) =>
    is_host ? 0 : ["active", "revoked", "wiped"].indexOf(state) + 1;
  for (const person of people.values()) {
    person.devices.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  }
  const hosts = ({ devices: own }: Person) => (own.some(({ is_host }) => is_host) ? 0 : 1);
  return [...people.values()].sort((a, b) => hosts(a) - hosts(b) || a.name.localeCompare(b.name));
}
