import { Radio } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { MergeColumn, MergePreview } from "@/shared/api/types";
import { useVocabulary } from "@/shared/api/vocabulary";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import table from "@/shared/ui/table.module.css";
import classes from "./MergeScreen.module.css";
import type { MergeDraft } from "./merge-draft";

type MergeColumnsProps = { preview: MergePreview; draft: MergeDraft; onChange: (draft: MergeDraft) => void };

/** A column for each contact: the choices on top, what is kept of all below. Arrows move within a choice. */
export function MergeColumns({ preview, draft, onChange }: MergeColumnsProps) {
  const { t } = useTranslation("contacts");
  const stages = useVocabulary()?.stages ?? [];
  const { contacts } = preview;
  const nameOf = ({ name }: MergeColumn) => (name === "" ? t("nameless") : name);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={classes.columns} aria-label={t("merge.title")} tabIndex={0}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t("merge.field")}</th>
            {contacts.map((contact) => (
              <th key={contact.id} scope="col">
                {nameOf(contact)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t("merge.keep")}</th>
            {contacts.map((contact, index) => (
              <td key={contact.id}>
                <Radio
                  name="survivor"
                  size="sm"
                  checked={draft.survivor === contact.id}
                  aria-label={t("merge.keepOf", { name: nameOf(contact) })}
                  label={index === 0 ? t("merge.oldest") : " "}
                  onChange={() => onChange({ ...draft, survivor: contact.id })}
                />
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">{t("column.name")}</th>
            {contacts.map((contact) => (
              <td key={contact.id}>
                <Radio
                  name="name"
                  size="sm"
                  checked={draft.nameOf === contact.id}
                  disabled={contact.name === ""}
                  aria-label={t("merge.nameOf", { name: nameOf(contact) })}
                  label={nameOf(contact)}
                  onChange={() => onChange({ ...draft, nameOf: contact.id })}
                />
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">{t("column.city")}</th>
            {contacts.map((contact) => {
              const city = contact.city === "" ? t("merge.empty") : contact.city;
              return (
                <td key={contact.id}>
                  <Radio
                    name="city"
                    size="sm"
                    checked={draft.cityOf === contact.id}
                    disabled={contact.city === ""}
                    aria-label={t("merge.cityOf", { city })}
                    label={city}
                    onChange={() => onChange({ ...draft, cityOf: contact.id })}
                  />
                </td>
              );
            })}
          </tr>
          <Kept
            word={t("merge.phones")}
            contacts={contacts}
            lines={({ phones }) =>
              phones.map(({ id, national, raw }) => [id, national === "" ? raw : national])
            }
          />
          <Kept
            word={t("merge.emails")}
            contacts={contacts}
            lines={({ emails }) => emails.map(({ id, address, raw }) => [id, address === "" ? raw : address])}
          />
          <Kept
            word={t("merge.prospects")}
            contacts={contacts}
            lines={({ prospects }) =>
              prospects.map(({ id, stage_id, owner_name }) => [
                id,
                [
                  stages.find((stage) => stage.id === stage_id)?.name ?? "",
                  owner_name === "" ? t("detail.noSeller") : owner_name,
                ]
                  .filter(Boolean)
                  .join(" · "),
              ])
            }
          />
          <tr>
            <th scope="row">{t("merge.created")}</th>
            {contacts.map(({ id, created_at }) => (
              <td key={id}>
                <RelativeDate at={created_at} />
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </section>
  );
}

type KeptProps = {
  word: string;
  contacts: MergeColumn[];
  /** Id and text of each line of a contact. */
  lines: (contact: MergeColumn) => [string, string][];
};

/** What is kept of every contact. */
function Kept({ word, contacts, lines }: KeptProps) {
  return (
    <tr>
      <th scope="row">{word}</th>
      {contacts.map((contact) => (
        <td key={contact.id}>
          {lines(contact).map(([id, text]) => (
            <div key={id} className={classes.kept}>
              {text}
            </div>
          ))}
        </td>
      ))}
    </tr>
  );
}
