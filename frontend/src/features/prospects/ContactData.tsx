import { type ReactNode, type Ref, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Prospect } from "@/shared/api/types";
import { useProspectChange } from "@/shared/prospect/use-prospect-change";
import { EditableText } from "@/shared/ui/EditableText";
import { EmailLine } from "./EmailLine";
import facts from "./Facts.module.css";
import { PhoneLine } from "./PhoneLine";

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
