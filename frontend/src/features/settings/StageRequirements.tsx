import { Checkbox, Popover, Stack } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { PipelineStage } from "@/shared/api/types";
import classes from "./Pipeline.module.css";
import { usePipelineChange, wordCalls } from "./pipeline-queries";

/** What a stage asks for, behind a button that says how much. */
export function StageRequirements({ stage, all }: { stage: PipelineStage; all: readonly string[] }) {
  const { t } = useTranslation("board");
  const { t: words } = useTranslation("words");
  const { mutate } = usePipelineChange();
  const word = (code: string) => words(`requirement.${code}` as never) as string;
  const chosen = stage.requires.length === 0 ? t("settings.none") : stage.requires.map(word).join(", ");
  const set = (requires: string[]) =>
    mutate({
      send: () => wordCalls.stages.require(stage.id, requires),
      message: t("settings.required", { name: stage.name }),
    });
  return (
    <Popover position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={classes.requires}
          aria-label={`${t("settings.requiresOf", { name: stage.name })}: ${chosen}`}
          title={chosen}
        >
          <span className={classes.chosen}>{chosen}</span>
          <IconChevronDown size={14} stroke={1.6} aria-hidden />
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <Checkbox.Group
          value={stage.requires}
          onChange={set}
          aria-label={t("settings.requiresOf", { name: stage.name })}
        >
          <Stack gap={8}>
            {all.map((code) => (
              <Checkbox key={code} value={code} label={word(code)} size="xs" />
            ))}
          </Stack>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
}
