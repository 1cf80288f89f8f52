import { Button, Menu } from "@mantine/core";
import { IconDots, IconKey, IconPlugConnectedX, IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { AppError } from "@/shared/api/app-error";
import type { Meta } from "@/shared/api/types";
import { tokenEnds } from "@/shared/lib/token";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import facts from "@/shared/ui/facts.module.css";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Section } from "@/shared/ui/Section";
import { showDone, showError } from "@/shared/ui/undo-toast";
import { useCheck, useDisconnect } from "./meta-queries";

/** The connection in three facts, with checking it again and letting it go. */
export function MetaSummary({ meta, onReplace }: { meta: Meta; onReplace: () => void }) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const check = useCheck();
  const disconnect = useDisconnect();
  return (
    <Section
      title={t("meta.title")}
      hint={t("meta.hint")}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} />}
            loading={check.isPending}
            onClick={() => check.mutate(undefined, { onError: showError })}
          >
            {t("meta.check.again")}
          </Button>
          <Menu position="bottom-end" width={240}>
            <Menu.Target>
              <Button variant="default" px={8} aria-label={common("action.more")}>
                <IconDots size={18} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconKey size={16} />} onClick={onReplace}>
                {t("meta.replace")}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconPlugConnectedX size={16} />}
                onClick={() =>
                  disconnect.mutate(undefined, {
                    onSuccess: () => showDone(t("meta.disconnected")),
                    onError: showError,
                  })
                }
              >
                {t("meta.disconnect")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      {meta.problem !== "" && <ErrorNotice error={new AppError(meta.problem, meta.problem_args)} />}
      <dl className={facts.facts}>
        <div>
          <dt>{t("meta.app")}</dt>
          <dd>{meta.app_id}</dd>
        </div>
        {tokenEnds({ ...meta.token, state: meta.token_state }).map(({ word, at }) => (
          <div key={word}>
            <dt>{t(`meta.token.${word}`)}</dt>
            <dd>{at === null ? t("meta.token.never") : <RelativeDate at={at} dayOnly />}</dd>
          </div>
        ))}
        <div>
          <dt>{t("meta.checkedAt")}</dt>
          <dd>{meta.checked_at === "" ? common("never") : <RelativeDate at={meta.checked_at} />}</dd>
        </div>
        <div>
          <dt>{t("meta.version")}</dt>
          <dd>{meta.version}</dd>
        </div>
      </dl>
    </Section>
  );
}
