import { Button, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { showDone, showError } from "@/shared/ui/undo-toast";
import { useNoteDraft, writeNote } from "./note-drafts";
import classes from "./UnsavedNote.module.css";

/** What one had written about a prospect that is no longer one's own: it can still be copied. */
export function UnsavedNote({ prospectId }: { prospectId: string }) {
  const { t } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const { text } = useNoteDraft(prospectId);
  if (text.trim() === "") return null;
  const copied = () => showDone(t("unsaved.copied"));
  return (
    <section className={classes.note} aria-label={t("unsaved.title")}>
      <Textarea label={t("unsaved.title")} autosize minRows={2} maxRows={8} readOnly value={text} />
      <div className={classes.acts}>
        <Button size="compact-sm" variant="subtle" onClick={() => writeNote(prospectId, "")}>
          {t("unsaved.drop")}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => navigator.clipboard.writeText(text).then(copied, showError)}
        >
          {common("action.copy")}
        </Button>
      </div>
    </section>
  );
}
