import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Prospect } from "@/shared/api/types";
import { ProspectChanges } from "@/shared/history/ProspectChanges";
import classes from "./Story.module.css";
import { Timeline } from "./Timeline";
import { useTimelineText } from "./use-timeline-text";

/** What happened with a prospect, or what was changed on it and by whom. */
export function Story({ prospect }: { prospect: Prospect }) {
  const { t } = useTranslation("history");
  const [shown, setShown] = useState("story");
  const text = useTimelineText();
  return (
    <>
      <div className={classes.tabs}>
        <SegmentedControl
          size="xs"
          aria-label={t("prospect.tabs")}
          data={(["story", "changes"] as const).map((value) => ({ value, label: t(`prospect.${value}`) }))}
          value={shown}
          onChange={setShown}
        />
      </div>
      {shown === "story" ? (
        <Timeline prospect={prospect} />
      ) : (
        <ProspectChanges prospect={prospect.id} eventText={text} />
      )}
    </>
  );
}
