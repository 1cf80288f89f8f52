import { Tooltip } from "@mantine/core";
import { IconCloudCheck, IconCloudOff, IconCloudUp, IconDevices } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/locales/i18n";
import { useSync } from "@/shared/api/sync";
import type { SyncStatus } from "@/shared/api/types";
import { useNow } from "@/shared/ui/use-now";
import classes from "./SyncLine.module.css";
import { syncSentence } from "./sync-sentence";

const marks = {
  up_to_date: IconCloudCheck,
  sending: IconCloudUp,
  receiving: IconCloudUp,
} as const;

function markOf({ role, state }: SyncStatus) {
  if (role === "host") return IconDevices;
  return marks[state as keyof typeof marks] ?? IconCloudOff;
}

/** One line at the foot of the rail: is what I see everything, and has everybody got what I wrote. */
export function SyncLine({ folded }: { folded: boolean }) {
  const { t } = useTranslation("sync");
  const status = useSync();
  const now = new Date(useNow());
  if (status === undefined) return null;
  const sentence = syncSentence(status, now, currentLanguage());
  if (sentence === null) return null;
  const words = String(t(sentence.key as never, sentence.args as never));
  const lost = status.refused + status.superseded;
  const Mark = markOf(status);
  return (
    <Tooltip label={words} position="right" disabled={!folded}>
      <Link
        to="/sincronizacion"
        className={classes.line}
        data-level={sentence.level}
        data-folded={folded}
        aria-label={folded ? words : undefined}
      >
        <Mark size={16} stroke={1.6} aria-hidden />
        {!folded && (
          <span className={classes.words} role="status">
            {words}
          </span>
        )}
        {lost > 0 && (
          <span className={classes.count} title={t("line.lost", { count: lost })}>
            {lost}
          </span>
        )}
      </Link>
    </Tooltip>
  );
}
