import { ActionIcon, Tooltip } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { showDone, showError } from "@/shared/ui/undo-toast";
import classes from "./Relay.module.css";

/** A value that is pasted somewhere else, with the button that takes it along. */
export function CopyLine({ word, value }: { word: string; value: string }) {
  const { t } = useTranslation("relay");
  const label = t("action.copyOf", { what: word });
  return (
    <div className={classes.copy}>
      <div className={classes.copyWords}>
        <dt>{word}</dt>
        <dd>{value}</dd>
      </div>
      <Tooltip label={label}>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={label}
          onClick={() =>
            navigator.clipboard.writeText(value).then(() => showDone(t("action.copied")), showError)
          }
        >
          <IconCopy size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
