import { Button, Popover, Switch, TextInput } from "@mantine/core";
import { IconPlus, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MetaPage } from "@/shared/api/types";
import { errorSentence, faultSentence } from "@/shared/ui/fault-sentence";
import { Section } from "@/shared/ui/Section";
import { showDone, showError, undoableBy } from "@/shared/ui/undo-toast";
import classes from "./Meta.module.css";
import { useDiscovery, usePageChange, usePageProbe } from "./meta-queries";

/** The Facebook pages whose forms are read. */
export function MetaPages({ pages }: { pages: readonly MetaPage[] }) {
  const { t } = useTranslation("settings");
  const discover = useDiscovery();
  return (
    <Section
      title={t("meta.pages.title")}
      hint={t("meta.pages.hint")}
      actions={
        <>
          <AddPage />
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} />}
            loading={discover.isPending}
            onClick={() =>
              discover.mutate(undefined, {
                onSuccess: () => showDone(t("meta.pages.discovered")),
                onError: showError,
              })
            }
          >
            {t("meta.pages.discover")}
          </Button>
        </>
      }
    >
      {pages.length === 0 && <p className={classes.quiet}>{t("meta.pages.none")}</p>}
      <ul className={classes.list}>
        {pages.map((page) => (
          <Page key={page.id} page={page} />
        ))}
      </ul>
    </Section>
  );
}

function Page({ page }: { page: MetaPage }) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const change = usePageChange();
  return (
    <li className={classes.item}>
      <span className={classes.words}>
        <span className={classes.name}>{page.name}</span>
        <span className={classes.quiet}>{t("meta.pages.id", { id: page.id })}</span>
        {page.problem !== "" && (
          <span className={classes.problem}>{faultSentence(page.problem, page.problem_args)}</span>
        )}
      </span>
      <Switch
        checked={page.active}
        disabled={change.isPending}
        aria-label={t("meta.pages.read", { name: page.name })}
        onChange={({ currentTarget }) => {
          const active = currentTarget.checked;
          const back = () => change.mutateAsync({ id: page.id, active: !active });
          const send = () => change.mutateAsync({ id: page.id, active });
          undoableBy(send, common("saved"), back).catch(showError);
        }}
      />
    </li>
  );
}

/** Adds a page by its id, for tokens that may read a page without listing it. */
function AddPage() {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [id, setId] = useState("");
  const probe = usePageProbe();
  const close = () => {
    setOpened(false);
    setId("");
    probe.reset();
  };
  return (
    <Popover
      opened={opened}
      onChange={(open) => !open && close()}
      position="bottom-end"
      trapFocus
      width={320}
    >
      <Popover.Target>
        <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setOpened(true)}>
          {t("meta.pages.add")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            probe.mutate(id.trim(), { onSuccess: close });
          }}
        >
          <TextInput
            label={t("meta.pages.pageId")}
            description={t("meta.pages.pageIdHint")}
            inputMode="numeric"
            data-autofocus
            value={id}
            onChange={({ currentTarget }) => setId(currentTarget.value)}
            error={probe.isError ? errorSentence(probe.error) : undefined}
          />
          <Button type="submit" fullWidth mt="sm" loading={probe.isPending} disabled={id.trim() === ""}>
            {common("action.add")}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
