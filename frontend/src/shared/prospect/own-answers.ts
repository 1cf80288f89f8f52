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

/** Splits what was sent into what the person was really asked, and what stands among the contact's data anyway. */
export function splitAnswers<Answer extends Typed>(
  answers: readonly Answer[],
): { own: Answer[]; rest: Answer[] } {
  const own = answers.filter(({ type }) => !aboutThePerson.has(type));
  return { own, rest: answers.filter(({ type }) => aboutThePerson.has(type)) };
}
