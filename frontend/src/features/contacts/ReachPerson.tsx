import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Contact } from "@/shared/api/types";
import { useVocabulary } from "@/shared/api/vocabulary";
import { ContactActions } from "@/shared/prospect/ContactActions";
import { ReturnPrompt } from "@/shared/prospect/ReturnPrompt";
import { useWord } from "@/shared/prospect/use-word";
import classes from "./ReachPerson.module.css";
import type { Reached } from "./use-reached";

/** Call, WhatsApp and mail from a person's own page, and the question how it went; as on the page of a prospect. */
export function ReachPerson({ contact, reached }: { contact: Contact; reached: Reached }) {
  const { t } = useTranslation("contacts");
  const word = useWord();
  const stages = useVocabulary()?.stages ?? [];
  const { prospect, prospectId, choose } = reached;
  if (prospect === undefined) return null;
  return (
    <section aria-label={t("reach.title")} className={classes.reach}>
      <div className={classes.buttons}>
        <ContactActions prospect={prospect} />
        {contact.prospects.length > 1 && (
          <NativeSelect
            size="xs"
            label={t("reach.with")}
            value={prospectId}
            onChange={({ currentTarget }) => choose(currentTarget.value)}
            data={contact.prospects.map(({ id, stage_id, status, form_name, source }) => ({
              value: id,
              label: [
                form_name === "" ? word("source", source) : form_name,
                stages.find((stage) => stage.id === stage_id)?.name ?? "",
                word("status", status),
              ]
                .filter(Boolean)
                .join(" · "),
            }))}
            classNames={{ root: classes.with ?? "", label: classes.label ?? "" }}
          />
        )}
      </div>
      <ReturnPrompt key={prospect.id} prospect={prospect} />
    </section>
  );
}
