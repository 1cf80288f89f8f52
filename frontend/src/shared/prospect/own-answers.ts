/** Question types that ask who the person is, or that the advertiser adds; Meta, Lead Ads form questions. */
const aboutThePerson = new Set([
  "FULL_NAME",
  "FIRST_NAME",
  "LAST_NAME",
  "PHONE",
  "PHONE_OTP",
  "USER_PROVIDED_PHONE_NUMBER",
  "WHATSAPP_NUMBER",
  "WORK_PHONE_NUMBER",
  "EMAIL",
  "WORK_EMAIL",
  "TRACKING",
]);

type Typed = { type: string };
type Enquiry<Answer> = { origin: string; answers: readonly Answer[] };

/**
 * Splits what was sent into what the person was really asked, and what stands among the contact's data anyway. What was
 * typed in by hand is kept as an answer only where it does not stand there.
 */
export function splitAnswers<Answer extends Typed>({
  origin,
  answers,
}: Enquiry<Answer>): { own: Answer[]; rest: Answer[] } {
  if (origin === "manual") return { own: [...answers], rest: [] };
  const own = answers.filter(({ type }) => !aboutThePerson.has(type));
  return { own, rest: answers.filter(({ type }) => aboutThePerson.has(type)) };
}

/** What somebody typed in by hand has names of ours and no labels. */
const typedNames = ["full_name", "phone_number", "email", "city"] as const;

/** The name of ours that an answer without a label has, for its words. */
export function typedName({ name, label }: { name?: string; label: string }) {
  return label === "" ? typedNames.find((known) => known === name) : undefined;
}
