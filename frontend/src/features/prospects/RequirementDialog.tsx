import { Button, Group, Modal, Radio, Stack } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Card } from "@/shared/api/types";
import { GoneNotice } from "@/shared/prospect/GoneNotice";
import { isGone, useProspect } from "@/shared/prospect/use-prospect";
import classes from "./Board.module.css";

/** A card that a stage did not take, and what it lacks. */
export type Lacking = { card: Card; to: string; stage: string; missing: string[] };

type RequirementDialogProps = {
  lacking: Lacking | null;
  onClose: () => void;
  /** Tries again with the temperature that was missing. */
  onTemperature: (temperature: string) => void;
};

/** Says what is missing for a stage, and how to get it: the temperature here, the rest on the prospect's page. */
export function RequirementDialog({ lacking, onClose, onTemperature }: RequirementDialogProps) {
  const { t } = useTranslation("board");
  return (
    <Modal
      opened={lacking !== null}
      onClose={onClose}
      title={t("missing.title", { stage: lacking?.stage ?? "" })}
      size="sm"
    >
      {lacking !== null && <Missing lacking={lacking} onClose={onClose} onTemperature={onTemperature} />}
    </Modal>
  );
}

function Missing({ lacking, onClose, onTemperature }: RequirementDialogProps & { lacking: Lacking }) {
  const { t } = useTranslation("board");
  const { t: words } = useTranslation("words");
  const { t: common } = useTranslation();
  const [temperature, setTemperature] = useState("");
  const { error } = useProspect(lacking.card.id);
  if (isGone(error)) return <GoneNotice error={error} onClose={onClose} />;
  const alone = lacking.missing.length === 1 && lacking.missing[0] === "temperature";
  return (
    <Stack gap="sm">
      <p className={classes.quiet}>
        {t("missing.what", { name: lacking.card.name === "" ? t("missing.nameless") : lacking.card.name })}
      </p>
      <ul className={classes.missing}>
        {lacking.missing.map((code) => (
          <li key={code}>{words(`requirement.${code}` as never)}</li>
        ))}
      </ul>
      {alone && (
        <Radio.Group label={t("missing.temperature")} value={temperature} onChange={setTemperature}>
          <Group gap="md" mt={6}>
            {(["hot", "warm", "cold"] as const).map((value) => (
              <Radio key={value} value={value} label={common(`temperature.${value}`)} size="sm" />
            ))}
          </Group>
        </Radio.Group>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {common("action.cancel")}
        </Button>
        {alone ? (
          <Button disabled={temperature === ""} onClick={() => onTemperature(temperature)}>
            {t("missing.move")}
          </Button>
        ) : (
          <Button
            renderRoot={(props) => <Link {...props} to="/prospectos/$id" params={{ id: lacking.card.id }} />}
          >
            {t("missing.open")}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
