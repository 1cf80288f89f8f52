import { IconMail } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Email, Prospect } from "@/shared/api/types";
import { writeMail } from "@/shared/prospect/reach";
import { useProspectChange } from "@/shared/prospect/use-prospect-change";
import { EditableText } from "@/shared/ui/EditableText";
import classes from "./ContactData.module.css";
import { ContactLine, SmallAction } from "./ContactLine";

type EmailLineProps = { prospect: Prospect; email: Email; opposed: boolean };

/** One address, what is wrong with it, and what was probably meant. */
export function EmailLine({ prospect, email, opposed }: EmailLineProps) {
  const { t } = useTranslation("prospects");
  const { mutate } = useProspectChange(prospect.id);
  const path = { id: email.id };
  const shown = email.address === "" ? email.raw : email.address;
  const save = (raw: string) =>
    mutate({
      message: t("data.saved"),
      send: () => answer(api.PATCH("/api/emails/{id}", { params: { path }, body: { raw } })),
      prospect: (known) =>
        withEmails(known, (emails) =>
          emails.map((each) =>
            each.id === email.id ? { ...each, raw, address: raw, problem: "", suggestion: "" } : each,
          ),
        ),
    });
  return (
    <div className={classes.entry}>
      <ContactLine
        remove={t("data.removeEmail", { email: shown })}
        onRemove={() =>
          mutate({
            message: t("data.emailRemoved"),
            send: () => answer(api.DELETE("/api/emails/{id}", { params: { path } })),
            prospect: (known) => withEmails(known, (emails) => emails.filter(({ id }) => id !== email.id)),
          })
        }
        actions={
          email.address !== "" && (
            <SmallAction
              label={t("data.mailEmail", { email: shown })}
              disabled={opposed}
              onClick={() => writeMail(prospect, email)}
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

function withEmails(prospect: Prospect, edit: (emails: Email[]) => Email[]): Prospect {
  return { ...prospect, contact: { ...prospect.contact, emails: edit(prospect.contact.emails) } };
}
