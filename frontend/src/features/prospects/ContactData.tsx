import { ActionIcon } from "@mantine/core";
import { IconBrandWhatsapp, IconMail, IconPhone, IconTrash } from "@tabler/icons-react";
import { type ReactNode, type Ref, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Email, Phone, Prospect } from "@/shared/api/types";
import { call, openChat, writeMail } from "@/shared/prospect/reach";
import { useProspectChange } from "@/shared/prospect/use-prospect-change";
import classes from "./ContactData.module.css";
import { EditableText } from "./EditableText";
import facts from "./Facts.module.css";

type ContactDataProps = {
  prospect: Prospect;
  nameField: Ref<HTMLButtonElement>;
  /** The person asked not to be contacted. */
  opposed: boolean;
};

/** The person's data, edited where they stand. */
export function ContactData({ prospect, nameField, opposed }: ContactDataProps) {
  const { t } = useTranslation("prospects");
  const { contact } = prospect;
  const { mutate } = useProspectChange(prospect.id);
  const save = (field: "name" | "city", value: string) =>
    mutate({
      message: t("data.saved"),
      send: () =>
        answer(
          api.PATCH("/api/contacts/{id}", { params: { path: { id: contact.id } }, body: { [field]: value } }),
        ),
      prospect: (known) => ({ ...known, contact: { ...known.contact, [field]: value } }),
      card: (card) => (field === "name" ? { ...card, name: value } : card),
    });
  return (
    <section aria-label={t("data.title")} className={facts.section}>
      <dl className={facts.facts}>
        <Fact label={t("data.name")}>
          <EditableText
            label={t("data.name")}
            value={contact.name}
            placeholder={t("data.addName")}
            onSave={(value) => save("name", value)}
            trigger={nameField}
          />
        </Fact>
        <Fact label={t("data.phones", { count: Math.max(1, contact.phones.length) })}>
          {contact.phones.map((phone) => (
            <PhoneLine key={phone.id} prospect={prospect} phone={phone} opposed={opposed} />
          ))}
          <AddLine kind="phones" prospect={prospect} />
        </Fact>
        <Fact label={t("data.emails", { count: Math.max(1, contact.emails.length) })}>
          {contact.emails.map((email) => (
            <EmailLine key={email.id} prospect={prospect} email={email} opposed={opposed} />
          ))}
          <AddLine kind="emails" prospect={prospect} />
        </Fact>
        <Fact label={t("data.city")}>
          <EditableText
            label={t("data.city")}
            value={contact.city}
            placeholder={t("data.addCity")}
            onSave={(value) => save("city", value)}
          />
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const problems = ["incomplete", "ambiguous", "damaged", "invalid", "dummy"] as const;

/** Digits and + only, to see whether what was written says the same. */
const bare = (text: string) => text.replace(/[^\d+]/g, "");

function PhoneLine({ prospect, phone, opposed }: { prospect: Prospect; phone: Phone; opposed: boolean }) {
  const { t } = useTranslation("prospects");
  const { mutate } = useProspectChange(prospect.id);
  const path = { id: phone.id };
  const shown = phone.national === "" ? phone.raw : phone.national;
  const wroteOtherwise = phone.e164 !== "" && ![bare(phone.national), phone.e164].includes(bare(phone.raw));
  const problem = problems.find((code) => code === phone.problem);
  return (
    <div className={classes.entry}>
      <Line
        remove={t("data.removePhone", { phone: shown })}
        onRemove={() =>
          mutate({
            message: t("data.phoneRemoved"),
            send: () => answer(api.DELETE("/api/phones/{id}", { params: { path } })),
            prospect: (known) => withPhones(known, (phones) => phones.filter(({ id }) => id !== phone.id)),
          })
        }
        actions={
          phone.e164 !== "" && (
            <>
              <Small
                label={t("data.callPhone", { phone: shown })}
                disabled={opposed}
                onClick={() => call(prospect, phone)}
              >
                <IconPhone size={16} stroke={1.6} aria-hidden />
              </Small>
              <Small
                label={t("data.chatPhone", { phone: shown })}
                disabled={opposed}
                onClick={() => openChat(prospect, phone)}
              >
                <IconBrandWhatsapp size={16} stroke={1.6} aria-hidden />
              </Small>
            </>
          )
        }
      >
        <EditableText
          label={t("data.phone")}
          type="tel"
          value={phone.raw}
          placeholder={t("data.addPhone")}
          required
          onSave={(raw) =>
            mutate({
              message: t("data.saved"),
              send: () => answer(api.PATCH("/api/phones/{id}", { params: { path }, body: { raw } })),
              prospect: (known) =>
                withPhones(known, (phones) =>
                  phones.map((each) =>
                    each.id === phone.id ? { ...each, raw, national: raw, e164: "", problem: "" } : each,
                  ),
                ),
            })
          }
          shown={shown}
        />
      </Line>
      {problem !== undefined && <p className={classes.problem}>{t(`problem.${problem}`)}</p>}
      {wroteOtherwise && <p className={classes.note}>{t("data.wrote", { raw: phone.raw })}</p>}
      {phone.wa_variant === "521" && <p className={classes.note}>{t("data.variant521")}</p>}
    </div>
  );
}

function EmailLine({ prospect, email, opposed }: { prospect: Prospect; email: Email; opposed: boolean }) {
  const { t } = useTranslation("prospects");
  const { mutate } = useProspectChange(prospect.id);
  const path = { id: email.id };
  const shown = email.address === "" ? email.raw : email.address;
  const problem = problems.find((code) => code === email.problem);
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
      <Line
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
            <Small
              label={t("data.mailEmail", { email: shown })}
              disabled={opposed}
              onClick={() => writeMail(prospect, email)}
            >
              <IconMail size={16} stroke={1.6} aria-hidden />
            </Small>
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
      </Line>
      {problem !== undefined && (
        <p className={classes.problem}>{t(`problem.email.${mailProblem(problem)}`)}</p>
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

const mailProblem = (problem: string) => (problem === "dummy" ? "dummy" : "invalid");

function withPhones(prospect: Prospect, edit: (phones: Phone[]) => Phone[]): Prospect {
  return { ...prospect, contact: { ...prospect.contact, phones: edit(prospect.contact.phones) } };
}

function withEmails(prospect: Prospect, edit: (emails: Email[]) => Email[]): Prospect {
  return { ...prospect, contact: { ...prospect.contact, emails: edit(prospect.contact.emails) } };
}

type LineProps = { children: ReactNode; actions: ReactNode; remove: string; onRemove: () => void };

function Line({ children, actions, remove, onRemove }: LineProps) {
  return (
    <div className={classes.line}>
      <div className={classes.value}>{children}</div>
      <div className={classes.actions}>
        <Small label={remove} onClick={onRemove} quiet>
          <IconTrash size={16} stroke={1.6} aria-hidden />
        </Small>
        {actions}
      </div>
    </div>
  );
}

type SmallProps = {
  label: string;
  onClick: () => void;
  disabled?: boolean;
  /** Shown only with the pointer or the focus near it. */
  quiet?: boolean;
  children: ReactNode;
};

function Small({ label, onClick, disabled = false, quiet = false, children }: SmallProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={28}
      className={classes.small ?? ""}
      data-quiet={quiet}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  );
}

type AddLineProps = { kind: "phones" | "emails"; prospect: Prospect };

/** A quiet line that becomes a field for one more phone or address. */
function AddLine({ kind, prospect }: AddLineProps) {
  const { t } = useTranslation("prospects");
  const { mutate } = useProspectChange(prospect.id);
  // A fresh field after each addition.
  const [added, setAdded] = useState(0);
  const params = { path: { id: prospect.contact.id } };
  const add = (raw: string) => {
    setAdded(added + 1);
    mutate({
      message: t(kind === "phones" ? "data.phoneAdded" : "data.emailAdded"),
      send: () =>
        kind === "phones"
          ? answer(api.POST("/api/contacts/{id}/phones", { params, body: { raw } }))
          : answer(api.POST("/api/contacts/{id}/emails", { params, body: { raw } })),
    });
  };
  return (
    <EditableText
      key={added}
      label={t(kind === "phones" ? "data.phone" : "data.email")}
      type={kind === "phones" ? "tel" : "email"}
      value=""
      placeholder={t(kind === "phones" ? "data.addPhone" : "data.addEmail")}
      onSave={add}
    />
  );
}
