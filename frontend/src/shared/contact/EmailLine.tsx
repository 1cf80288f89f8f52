import { IconMail } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Email } from "@/shared/api/types";
import { EditableText } from "@/shared/ui/EditableText";
import facts from "@/shared/ui/fact-column.module.css";
import classes from "./ContactFields.module.css";
import { ContactLine, SmallAction, type Standing } from "./ContactLine";
import type { Reach, WritePerson } from "./contact-write";
import { useReachLine } from "./use-reach-line";

type EmailLineProps = { email: Email; standing: Standing; write: WritePerson; reach?: Reach | undefined };

/** One address, what is wrong with it, and what was probably meant. */
export function EmailLine({ email, standing, write, reach }: EmailLineProps) {
  const { t } = useTranslation("prospects");
  const params = { path: { id: email.id } };
  const shown = email.address === "" ? email.raw : email.address;
  const { onFirst, onRemove, onSave } = useReachLine<Email>({
    one: email,
    write,
    within: (edit) => (person) => ({ ...person, emails: edit(person.emails) }),
    patch: (body) => answer(api.PATCH("/api/emails/{id}", { params, body })),
    remove: () => answer(api.DELETE("/api/emails/{id}", { params })),
    removed: t("data.emailRemoved"),
    written: (raw) => ({ address: raw, problem: "", suggestion: "" }),
  });
  return (
    <div className={classes.entry}>
      <ContactLine
        what={shown}
        standing={standing}
        onFirst={onFirst}
        onRemove={onRemove}
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
          onSave={onSave}
          shown={shown}
        />
      </ContactLine>
      {email.problem !== "" && (
        <p className={classes.problem}>
          {t(email.problem === "dummy" ? "problem.email.dummy" : "problem.email.invalid")}
        </p>
      )}
      {email.suggestion !== "" && (
        <p className={facts.note}>
          {t("data.suggestion", { email: email.suggestion })}{" "}
          <button type="button" className={classes.use} onClick={() => onSave(email.suggestion)}>
            {t("data.useSuggestion")}
          </button>
        </p>
      )}
    </div>
  );
}
