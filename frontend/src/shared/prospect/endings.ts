/** Results by which a step of each kind ends; none means it is just done. */
const endings: Record<string, readonly string[]> = {
  call: ["answered", "no_answer", "voicemail", "busy", "wrong_number"],
  appointment: ["held", "not_held"],
  visit: ["held", "not_held"],
  video: ["held", "not_held"],
  whatsapp: ["sent", "no_answer"],
  email: ["sent"],
};

/** The results that a step of this kind may end with. "Asked to be called later" is not among them: it asks for when. */
export function endingsOf(kind: string): readonly string[] {
  return endings[kind] ?? [];
}

/** True for a step of which there is more to say than that it is done: wherever it is ended, that is asked first. */
export function asksHow(kind: string): boolean {
  return endingsOf(kind).length > 0;
}
