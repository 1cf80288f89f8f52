import { Anchor, Button, Modal, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/locales/i18n";
import { useMe } from "@/shared/api/me";
import type { RelayState } from "@/shared/api/types";
import { fullDate, parseDay } from "@/shared/lib/dates";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError } from "@/shared/ui/fault-sentence";
import { Section } from "@/shared/ui/Section";
import { showDone } from "@/shared/ui/undo-toast";
import { CopyLine } from "./CopyLine";
import classes from "./Relay.module.css";
import { useRelay } from "./relay-queries";
import { paragraphs, unfinished } from "./relay-words";

type Shown = "privacy" | "deletion";

/** The public pages that Meta asks for: their texts, how they look, and their addresses. */
export function RelayTexts({ relay }: { relay: RelayState }) {
  const { t } = useTranslation("relay");
  const { office } = useMe();
  const { publish } = useRelay();
  const { texts } = relay;
  const isNew = texts.updated === "";
  const draft = {
    privacy: t("texts.draftPrivacy", { office: office.name }),
    deletion: t("texts.draftDeletion"),
  };
  const [privacy, setPrivacy] = useState(isNew ? draft.privacy : texts.privacy);
  const [deletion, setDeletion] = useState(isNew ? draft.deletion : texts.deletion);
  const [shown, setShown] = useState<Shown>();
  const values = { privacy, deletion };
  const gaps = [
    ...new Set([...unfinished(privacy, draft.privacy), ...unfinished(deletion, draft.deletion)]),
  ].join(", ");
  const same = !isNew && privacy.trim() === texts.privacy && deletion.trim() === texts.deletion;
  const placed = fieldError(publish.error, "privacy") ?? fieldError(publish.error, "deletion");
  return (
    <Section title={t("texts.title")} hint={t("texts.hint")}>
      <form
        className={classes.texts}
        onSubmit={(event) => {
          event.preventDefault();
          publish.mutate(values, { onSuccess: () => showDone(t("texts.published")) });
        }}
      >
        {isNew && (
          <p className={classes.draft}>
            {t("texts.draft")} {gaps !== "" && t("texts.gaps", { gaps })}
          </p>
        )}
        <Textarea
          label={t("texts.privacy")}
          description={t("texts.plain")}
          autosize
          minRows={5}
          maxRows={16}
          value={privacy}
          onChange={({ currentTarget }) => setPrivacy(currentTarget.value)}
          error={fieldError(publish.error, "privacy")}
        />
        <Textarea
          label={t("texts.deletion")}
          autosize
          minRows={4}
          maxRows={16}
          value={deletion}
          onChange={({ currentTarget }) => setDeletion(currentTarget.value)}
          error={fieldError(publish.error, "deletion")}
        />
        {placed === undefined && <ErrorNotice error={publish.error} />}
        <div className={classes.foot}>
          <span className={classes.quiet}>
            {isNew
              ? t("texts.never")
              : `${t("texts.updated")} ${fullDate(parseDay(texts.updated), currentLanguage(), false)}`}
          </span>
          <span className={classes.buttons}>
            {(["privacy", "deletion"] as const).map((which) => (
              <Button
                key={which}
                variant="default"
                onClick={() => setShown(which)}
                aria-label={t("texts.previewOf", { what: t(`texts.${which}`) })}
              >
                {t("texts.preview")}: {t(`texts.${which}`).toLowerCase()}
              </Button>
            ))}
            <Button
              type="submit"
              loading={publish.isPending}
              disabled={same || gaps !== "" || privacy.trim() === "" || deletion.trim() === ""}
            >
              {t("texts.publish")}
            </Button>
          </span>
        </div>
      </form>
      {relay.privacy_url !== "" && (
        <>
          <h3 className={classes.links}>{t("texts.links")}</h3>
          <dl className={classes.copies}>
            <CopyLine word={t("texts.privacyUrl")} value={relay.privacy_url} />
            <CopyLine word={t("texts.deletionUrl")} value={relay.deletion_url} />
            <CopyLine word={t("texts.deletionCallback")} value={relay.deletion_callback_url} />
          </dl>
        </>
      )}
      <Modal
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        title={t("texts.preview")}
        size="lg"
        centered
      >
        {shown !== undefined && (
          <article className={classes.sheet}>
            <h3>{t(`texts.${shown}`)}</h3>
            <p className={classes.quiet}>{office.name}</p>
            {paragraphs(values[shown]).map((text, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a text may hold the same paragraph twice
              <p key={index}>{text}</p>
            ))}
            {!isNew && relay.privacy_url !== "" && (
              <Anchor
                href={shown === "privacy" ? relay.privacy_url : relay.deletion_url}
                target="_blank"
                rel="noreferrer"
                size="sm"
              >
                {t("texts.open")}
              </Anchor>
            )}
          </article>
        )}
      </Modal>
    </Section>
  );
}
