import { ActionIcon } from "@mantine/core";
import { IconStar, IconTrash } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Contact } from "@/shared/api/types";
import { EditableText } from "@/shared/ui/EditableText";
import classes from "./ContactPage.module.css";
import { useContactChange } from "./use-contact-change";

/** The person's data, edited where they stand. */
export function ContactFields({ contact }: { contact: Contact }) {
  const { t } = useTranslation("contacts");
  const { mutate } = useContactChange();
  const path = { id: contact.id };
  const save = (field: "name" | "city", value: string) =>
    mutate({
      message: t("detail.saved"),
      send: () => answer(api.PATCH("/api/contacts/{id}", { params: { path }, body: { [field]: value } })),
    });
  return (
    <section aria-label={t("detail.data")} className={classes.section}>
      <dl className={classes.facts}>
        <Fact label={t("detail.name")}>
          <EditableText
            label={t("detail.name")}
            value={contact.name}
            placeholder={t("detail.addName")}
            onSave={(value) => save("name", value)}
          />
        </Fact>
        <Fact label={t("detail.phones")}>
          {contact.phones.map((phone, index) => (
            <Reach
              key={phone.id}
              kind="phones"
              id={phone.id}
              raw={phone.raw}
              shown={phone.national === "" ? phone.raw : phone.national}
              first={index === 0}
              alone={contact.phones.length === 1}
            />
          ))}
          <Add kind="phones" id={contact.id} />
        </Fact>
        <Fact label={t("detail.emails")}>
          {contact.emails.map((email, index) => (
            <Reach
              key={email.id}
              kind="emails"
              id={email.id}
              raw={email.raw}
              shown={email.address === "" ? email.raw : email.address}
              first={index === 0}
              alone={contact.emails.length === 1}
            />
          ))}
          <Add kind="emails" id={contact.id} />
        </Fact>
        <Fact label={t("detail.city")}>
          <EditableText
            label={t("detail.city")}
            value={contact.city}
            placeholder={t("detail.addCity")}
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

type ReachProps = {
  kind: "phones" | "emails";
  id: string;
  raw: string;
  shown: string;
  first: boolean;
  alone: boolean;
};

/** One phone or address: changed, put first, or taken away. */
function Reach({ kind, id, raw, shown, first, alone }: ReachProps) {
  const { t } = useTranslation("contacts");
  const { mutate } = useContactChange();
  const params = { path: { id } };
  const patch = (body: { raw?: string; first?: boolean }, message: string) =>
    mutate({
      message,
      send: () =>
        kind === "phones"
          ? answer(api.PATCH("/api/phones/{id}", { params, body }))
          : answer(api.PATCH("/api/emails/{id}", { params, body })),
    });
  const remove = () =>
    mutate({
      message: t("detail.removed"),
      send: () =>
        kind === "phones"
          ? answer(api.DELETE("/api/phones/{id}", { params }))
          : answer(api.DELETE("/api/emails/{id}", { params })),
    });
  return (
    <div className={classes.line}>
      <div className={classes.value}>
        <EditableText
          label={t(kind === "phones" ? "detail.phone" : "detail.email")}
          type={kind === "phones" ? "tel" : "email"}
          value={raw}
          shown={shown}
          placeholder={t(kind === "phones" ? "detail.addPhone" : "detail.addEmail")}
          required
          onSave={(text) => patch({ raw: text }, t("detail.saved"))}
        />
      </div>
      {first && !alone && <span className={classes.first}>{t("detail.first")}</span>}
      {!first && (
        <Small
          label={t("detail.makeFirst", { what: shown })}
          onClick={() => patch({ first: true }, t("detail.madeFirst"))}
        >
          <IconStar size={16} stroke={1.6} aria-hidden />
        </Small>
      )}
      <Small label={t("detail.remove", { what: shown })} onClick={remove}>
        <IconTrash size={16} stroke={1.6} aria-hidden />
      </Small>
    </div>
  );
}

function Small({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <ActionIcon variant="subtle" color="gray" size={28} aria-label={label} title={label} onClick={onClick}>
      {children}
    </ActionIcon>
  );
}

/** A quiet line that becomes a field for one more. */
function Add({ kind, id }: { kind: "phones" | "emails"; id: string }) {
  const { t } = useTranslation("contacts");
  const { mutate } = useContactChange();
  const [added, setAdded] = useState(0);
  const params = { path: { id } };
  const add = (raw: string) => {
    setAdded(added + 1);
    mutate({
      message: t(kind === "phones" ? "detail.phoneAdded" : "detail.emailAdded"),
      send: () =>
        kind === "phones"
          ? answer(api.POST("/api/contacts/{id}/phones", { params, body: { raw } }))
          : answer(api.POST("/api/contacts/{id}/emails", { params, body: { raw } })),
    });
  };
  return (
    <EditableText
      key={added}
      label={t(kind === "phones" ? "detail.phone" : "detail.email")}
      type={kind === "phones" ? "tel" : "email"}
      value=""
      placeholder={t(kind === "phones" ? "detail.addPhone" : "detail.addEmail")}
      onSave={add}
    />
  );
}
