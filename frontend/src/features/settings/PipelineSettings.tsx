import { Badge } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { PipelineStage } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { Section } from "@/shared/ui/Section";
import { ArchiveStageDialog } from "./ArchiveStageDialog";
import { pipelineQuery, usePipelineChange, wordCalls } from "./pipeline-queries";
import { StageRequirements } from "./StageRequirements";
import { WordList } from "./WordList";

/** The office's stages and reasons to discard: their names, their order, what they ask for. */
export function PipelineSettings() {
  const { t } = useTranslation("board");
  const pipeline = useQuery(pipelineQuery);
  const { mutate } = usePipelineChange();
  const [leaving, setLeaving] = useState<PipelineStage | null>(null);
  const stages = pipeline.data?.stages ?? [];
  const archive = (stage: PipelineStage) => {
    if (stage.prospects > 0) return setLeaving(stage);
    mutate({
      send: () => wordCalls.stages.archive(stage.id),
      message: t("settings.archived", { name: stage.name }),
    });
  };
  return (
    <>
      <ErrorNotice error={pipeline.error} onRetry={() => void pipeline.refetch()} />
      {pipeline.data !== undefined && (
        <>
          <Section title={t("settings.stages")} hint={t("settings.stagesHint")}>
            <WordList
              kind="stages"
              words={stages}
              onArchive={archive}
              columns={[
                {
                  id: "requires",
                  header: t("settings.requires"),
                  cell: (stage) => <StageRequirements stage={stage} all={pipeline.data.requirements} />,
                },
                {
                  id: "prospects",
                  header: t("settings.prospects"),
                  cell: (stage) => formatCount(stage.prospects),
                },
              ]}
            />
          </Section>
          <Section title={t("settings.reasons")} hint={t("settings.reasonsHint")}>
            <WordList
              kind="reasons"
              words={pipeline.data.reasons}
              onArchive={({ id, name }) =>
                mutate({
                  send: () => wordCalls.reasons.archive(id),
                  message: t("settings.archived", { name }),
                })
              }
              columns={[
                {
                  id: "opposition",
                  header: "",
                  cell: ({ opposition }) =>
                    opposition && (
                      <Badge variant="outline" color="gray" tt="none">
                        {t("settings.stops")}
                      </Badge>
                    ),
                },
              ]}
            />
          </Section>
        </>
      )}
      <ArchiveStageDialog
        stage={leaving}
        others={stages.filter(({ id, archived }) => !archived && id !== leaving?.id)}
        onClose={() => setLeaving(null)}
      />
    </>
  );
}
