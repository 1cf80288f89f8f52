import { Button, Textarea } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { type KeyboardEvent, type Ref, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Prospect } from "@/shared/api/types";
import { saveKey } from "@/shared/lib/save-keys";
import { ActivityDialog, type DialogStart, startToday } from "@/shared/prospect/ActivityDialog";

import { CallOutcome } from "@/shared/prospect/CallOutcome";
import { answerOutreach } from "@/shared/prospect/outreach";
import { useActivityLog } from "@/shared/prospect/use-activity-log";
import { Kbd } from "@/shared/ui/Kbd";
import classes from "./Composer.module.css";
import { sendNote, useNoteDraft, writeNote } from "./note-drafts";

type ComposerProps = {
  prospect: Prospect;
  field: Ref<HTMLTextAreaElement>;
  /** Digits log how a call went. */
  digits: boolean;
  onDone: () => void;
};

/** Takes a note, or how a call went; what is written goes with either, and stays until the program has it. */
export function Composer({ prospect, field, digits, onDone }: ComposerProps) {
  const { t } = useTranslation("prospects");
  const log = useActivityLog(prospect);
  const { text, sending } = useNoteDraft(prospect.id);
  const [logging, setLogging] = useState<DialogStart | null>(null);
  const body = text.trim();
  const note = () => {
    if (body !== "") void sendNote(prospect.id, (written) => log({ kind: "note", body: written }));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Escape") event.currentTarget.blur();
    if (saveKey(event) === null) return;
    event.preventDefault();
    note();
  };
  return (
    <section className={classes.composer} aria-label={t("compose.title")}>
      <Textarea
        ref={field}
        aria-label={t("compose.note")}
        placeholder={t("compose.placeholder")}
        autosize
        minRows={1}
        maxRows={8}
        maxLength={10_000}
        value={text}
        readOnly={sending}
        onChange={(event) => writeNote(prospect.id, event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {body !== "" && (
        <div className={classes.save}>
          <span className={classes.hint}>
            <Kbd keys={["Mod", "Enter"]} />
          </span>
          <Button size="compact-sm" onClick={note} loading={sending}>
            {t("compose.saveNote")}
          </Button>
        </div>
      )}
      <div className={classes.call} data-armed={digits}>
        <span className={classes.label} title={t("compose.call")}>
          <IconPhone size={16} stroke={1.6} aria-hidden />
          <Kbd keys={["L"]} />
        </span>
        <CallOutcome
          active={digits && !sending}
          onPick={(result, when) => {
            onDone();
            const next = when === undefined ? {} : { next: { kind: "call", when } };
            void sendNote(prospect.id, (written) =>
              // A call that was asked about is answered for here.
              answerOutreach(
                prospect.id,
                () => log({ kind: "call", result, body: written, ...next }),
                "call",
              ),
            );
          }}
        />
        <button
          type="button"
          className={classes.other}
          onClick={() => setLogging(startToday(prospect, true))}
        >
          {t("compose.other")}
        </button>
      </div>
      <ActivityDialog start={logging} onClose={() => setLogging(null)} />
    </section>
  );
}
