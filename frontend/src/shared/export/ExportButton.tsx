import { Button } from "@mantine/core";
import { IconFileExport } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/api/me";
import { useAsked } from "@/shared/lib/ask";
import { ExportDialog } from "./ExportDialog";
import { type ExportList, filterTexts } from "./export-run";

type ExportButtonProps = {
  list: ExportList;
  /** What narrows the list on screen, as its own route takes it: the file holds the same. */
  filter: Record<string, unknown>;
  /** Columns that are chosen at first, by key; all when not given. */
  chosen?: readonly string[];
};

/** Takes the list on screen away as a file. Only for who may. */
export function ExportButton({ list, filter, chosen }: ExportButtonProps) {
  const { t } = useTranslation("export");
  const { user } = useMe();
  const [opened, setOpened] = useState(false);
  if (user.role !== "admin" && !user.can_export) return null;
  return (
    <>
      <Asking onAsked={() => setOpened(true)} />
      <Button
        size="compact-md"
        variant="default"
        leftSection={<IconFileExport size={16} stroke={1.8} aria-hidden />}
        onClick={() => setOpened(true)}
      >
        {t("open")}
      </Button>
      <ExportDialog
        opened={opened}
        onClose={() => setOpened(false)}
        list={list}
        filter={filterTexts(filter)}
        {...(chosen === undefined ? {} : { chosen })}
      />
    </>
  );
}

/** Answers the palette, for who may take a list away. */
function Asking({ onAsked }: { onAsked: () => void }) {
  useAsked("export", onAsked);
  return null;
}
