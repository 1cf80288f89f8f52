import { Button, Group, Modal, Radio, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { PipelineStage } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import classes from "./Pipeline.module.css";
import { usePipelineChange, wordCalls } from "./pipeline-queries";

type ArchiveStageDialogProps = {
  stage: PipelineStage | null;
  others: readonly PipelineStage[];
  onClose: () => void;
};

/** Asks where the prospects of a stage go before it is put away. */
export function ArchiveStageDialog({ stage, others, onClose }: ArchiveStageDialogProps) {
  const { t } = useTranslation("board");
  return (
    <Modal
      opened={stage !== null}
      onClose={onClose}
      title={t("settings.moveTitle", { name: stage?.name ?? "" })}
      size="sm"
    >
      {stage !== null && <Where stage={stage} others={others} onClose={onClose} />}
    </Modal>
  );
}

function Where({ stage, others, onClose }: ArchiveStageDialogProps & { stage: PipelineStage }) {
  const { t } = useTranslation("board");
  const { t: common } = useTranslation();
  const { mutate } = usePipelineChange();
  const [to, setTo] = useState("");
  return (
    <Stack gap="sm">
      <Radio.Group
        label={t("settings.moveWhat", { count: stage.prospects, n: formatCount(stage.prospects) })}
        value={to}
        onChange={setTo}
      >
        <Stack gap={8} my="sm">
          {others.map(({ id, name }) => (
            <Radio key={id} value={id} label={name} size="sm" />
          ))}
        </Stack>
      </Radio.Group>
      <p className={classes.note}>{t("settings.moveNote")}</p>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {common("action.cancel")}
        </Button>
        <Button
          disabled={to === ""}
          onClick={() => {
            mutate({
              send: () => wordCalls.stages.archive(stage.id, to),
              message: t("settings.archived", { name: stage.name }),
            });
            onClose();
          }}
        >
          {t("settings.moveConfirm")}
        </Button>
      </Group>
    </Stack>
  );
}
