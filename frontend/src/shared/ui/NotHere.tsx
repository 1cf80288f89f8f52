import { useDocumentTitle } from "@mantine/hooks";
import { IconUserQuestion } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "./EmptyState";
import { errorSentence } from "./fault-sentence";

type NotHereProps = {
  error: unknown;
  /** The way back. */
  action: ReactNode;
};

/** In place of a person's page that is gone, or another's: the name goes from the window's title too. */
export function NotHere({ error, action }: NotHereProps) {
  const { t } = useTranslation();
  useDocumentTitle(t("product"));
  return (
    <EmptyState
      icon={<IconUserQuestion size={32} stroke={1.4} />}
      title={errorSentence(error)}
      action={action}
    />
  );
}
