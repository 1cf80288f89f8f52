/** Seconds as a number and the unit that it reads best in, to half a unit below ten. */
export function durationParts(seconds: number): { n: number; unit: "s" | "min" | "h" | "d" } {
  const round = (n: number) => (n < 10 ? Math.round(n * 2) / 2 : Math.round(n));
  if (seconds < 60) return { n: seconds, unit: "s" };
  if (seconds < 3600) return { n: round(seconds / 60), unit: "min" };
  if (seconds < 86_400) return { n: round(seconds / 3600), unit: "h" };
  return { n: round(seconds / 86_400), unit: "d" };
}
