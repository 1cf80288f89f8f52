import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formsWait } from "@/shared/lib/token";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { Section } from "@/shared/ui/Section";
import { MetaChecklist } from "./MetaChecklist";
import { MetaConnectionForm } from "./MetaConnectionForm";
import { MetaForms } from "./MetaForms";
import { MetaPages } from "./MetaPages";
import { MetaSummary } from "./MetaSummary";
import { metaQuery } from "./meta-queries";

/** The connection with Meta, from pasting the credentials to choosing forms. */
export function MetaSettings() {
  const { t } = useTranslation("settings");
  const meta = useQuery(metaQuery);
  const [replacing, setReplacing] = useState(false);
  if (meta.error !== null) {
    return (
      <Section title={t("meta.title")}>
        <ErrorNotice error={meta.error} onRetry={() => void meta.refetch()} />
      </Section>
    );
  }
  if (meta.data === undefined) return null;
  if (!meta.data.configured || replacing) {
    return (
      <MetaConnectionForm
        meta={meta.data}
        onDone={() => setReplacing(false)}
        {...(meta.data.configured ? { onCancel: () => setReplacing(false) } : {})}
      />
    );
  }
  return (
    <>
      <MetaSummary meta={meta.data} onReplace={() => setReplacing(true)} />
      <MetaChecklist checks={meta.data.checks} />
      <MetaPages pages={meta.data.pages} />
      <MetaForms forms={meta.data.forms} wait={formsWait(meta.data.token_state)} />
    </>
  );
}
