import { IconMail } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Email } from "@/shared/api/types";
import { EditableText } from "@/shared/ui/EditableText";
import classes from "./ContactFields.module.css";
import { ContactLine, SmallAction, type Standing } from "./ContactLine";
import { type Person, putFirst, type Reach, type WritePerson } from "./contact-write";

type EmailLineProps = { email: Email; standing: Standing; write: WritePerson; reach?: Reach | undefined };

/** One address, what is wrong with it, and what was probably meant. */
export function EmailLine({ email, standing, write, reach }: EmailLineProps) {
  const { t } = useTranslation("prospects");
  const params = { path: { id: email.id } };
  const shown = email.address === "" ? email.raw : email.address;
  const save = (raw: string) =>
    write({
      message: t("data.saved"),
      send: () => answer(api.PATCH("/api/emails/{id}", { params, body: { raw } })),
      foresee: withEmails((emails) =>
        emails.map((each) =>
          each.id === email.id ? { ...each, raw, address: raw, problem: "", suggestion: "" } : each,
        ),
      ),
    });
  return (
    <div className={classes.entry}>
      <ContactLine
        what={shown}
        standing={standing}
        onFirst={() =>
          write({
            message: t("data.madeFirst"),
            send: () => answer(api.PATCH("/api/emails/{id}", { params, body: { first: true } })),
            foresee: withEmails((emails) => putFirst(emails, email.id)),
          })
        }
        onRemove={() =>
          write({
            message: t("data.emailRemoved"),
            send: () => answer(api.DELETE("/api/emails/{id}", { params })),
            foresee: withEmails((emails) => emails.filter(({ id }) => id !== email.id)),
          })
        }
        actions={
          reach !== undefined &&
          email.address !== "" && (
            <SmallAction
              label={t("data.mailEmail", { email: shown })}
              disabled={reach.blocked}
              onClick={() => reach.mail(email)}
            >
              <IconMail size={16} stroke={1.6} aria-hidden />
            </SmallAction>
          )
        }
      >
        <EditableText
          label={t("data.email")}
          type="email"
          value={email.raw}
          placeholder={t("data.addEmail")}
          required
          onSave={save}
          shown={shown}
        />
      </ContactLine>
      {email.problem !== "" && (
        <p className={classes.problem}>
          {t(email.problem === "dummy" ? "problem.email.dummy" : "problem.email.invalid")}
        </p>
      )}
      {email.suggestion !== "" && (
        <p className={classes.note}>
          {t("data.suggestion", { email: email.suggestion })}{" "}
          <button type="button" className={classes.use} onClick={() => save(email.suggestion)}>
            {t("data.useSuggestion")}
          </button>
        </p>
      )}
    </div>
  );
}

function withEmails(edit: (emails: Email[]) => Email[]): (person: Person) => Person {
  return (person) => ({ ...person, emails: edit(person.emails) });
}
