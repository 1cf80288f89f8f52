import { type ReactNode, type Ref, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { EditableText } from "@/shared/ui/EditableText";
import facts from "@/shared/ui/fact-column.module.css";
import { standingOf } from "./ContactLine";
import type { Person, Reach, WritePerson } from "./contact-write";
import { EmailLine } from "./EmailLine";
import { PhoneLine } from "./PhoneLine";

type ContactFieldsProps = {
  person: Person;
  write: WritePerson;
  reach?: Reach | undefined;
  nameField?: Ref<HTMLButtonElement>;
};

/** A person's data, edited where they stand, on the page of a contact as on that of a prospect. */
export function ContactFields({ person, write, reach, nameField }: ContactFieldsProps) {
  const { t } = useTranslation("prospects");
  const { id, phones, emails } = person;
  const save = (field: "name" | "city", value: string) =>
    write({
      message: t("data.saved"),
      send: () =>
        answer(api.PATCH("/api/contacts/{id}", { params: { path: { id } }, body: { [field]: value } })),
      foresee: (known) => ({ ...known, [field]: value }),
    });
  return (
    <section aria-label={t("data.title")} className={facts.section}>
      <dl className={facts.facts}>
        <Fact label={t("data.name")}>
          <EditableText
            label={t("data.name")}
            value={person.name}
            placeholder={t("data.addName")}
            onSave={(value) => save("name", value)}
            {...(nameField === undefined ? {} : { trigger: nameField })}
          />
        </Fact>
        <Fact label={t("data.phones", { count: Math.max(1, phones.length) })}>
          {phones.map((phone, index) => (
            <PhoneLine
              key={phone.id}
              phone={phone}
              standing={standingOf(index, phones.length)}
              write={write}
              reach={reach}
            />
          ))}
          <AddLine kind="phones" id={id} write={write} />
        </Fact>
        <Fact label={t("data.emails", { count: Math.max(1, emails.length) })}>
          {emails.map((email, index) => (
            <EmailLine
              key={email.id}
              email={email}
              standing={standingOf(index, emails.length)}
              write={write}
              reach={reach}
            />
          ))}
          <AddLine kind="emails" id={id} write={write} />
        </Fact>
        <Fact label={t("data.city")}>
          <EditableText
            label={t("data.city")}
            value={person.city}
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

type AddLineProps = { kind: "phones" | "emails"; id: string; write: WritePerson };

/** A quiet line that becomes a field for one more phone or address. */
function AddLine({ kind, id, write }: AddLineProps) {
  const { t } = useTranslation("prospects");
  // A fresh field after each addition.
  const [added, setAdded] = useState(0);
  const params = { path: { id } };
  const add = (raw: string) => {
    setAdded(added + 1);
    write({
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
