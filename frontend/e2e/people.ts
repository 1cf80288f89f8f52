const first = [
  "Andrea",
  "Benjamín",
  "Carolina",
  "Damián",
  "Elisa",
  "Fausto",
  "Graciela",
  "Hilario",
  "Irma",
  "Jerónimo",
];
const last = ["Núñez Ávila", "Zúñiga Rey", "Peña Güereca", "Íñiguez Mora", "Cárdenas Solís"];

/** Somebody who fills in a form: invented, with a number nobody has. */
export type Lead = { name: string; phone: string; email: string };

/** The n-th invented person; all differ in name, phone and address. At most 50. */
export function person(n: number): Lead {
  const name = `${first[n % first.length]} ${last[Math.floor(n / first.length)]}`;
  return { name, phone: `+52555555${String(1000 + n)}`, email: `persona${n}@example.mx` };
}
