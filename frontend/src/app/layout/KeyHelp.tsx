import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import { lettersOff } from "@/shared/lib/keyboard";
import { Kbd } from "@/shared/ui/Kbd";
import classes from "./KeyHelp.module.css";
import { keyGroups } from "./key-groups";

type KeyHelpProps = { path: string; opened: boolean; onClose: () => void };

/** The shortcuts of the screen that is shown on one sheet, opened with `?`. */
export function KeyHelp({ path, opened, onClose }: KeyHelpProps) {
  const { t } = useTranslation();
  const isAdmin = useIsAdmin();
  return (
    <Modal opened={opened} onClose={onClose} title={t("keys.title")} size="lg">
      <div className={classes.groups}>
        {keyGroups(path, isAdmin).map(({ title, rows }) => (
          <section key={title} className={classes.group}>
            <h2 className={classes.title}>{t(title)}</h2>
            <dl className={classes.list}>
              {rows.map(({ word, keys }) => (
                <div key={word} className={classes.row}>
                  <dt>{t(word)}</dt>
                  <dd className={classes.keys}>
                    {keys.map((together) => (
                      <Kbd key={together.join("")} keys={together} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={classes.note}>{lettersOff() ? t("keys.off") : t("keys.typing")}</p>
    </Modal>
  );
}
