import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import { lettersOff } from "@/shared/lib/keyboard";
import { Kbd } from "@/shared/ui/Kbd";
import classes from "./KeyHelp.module.css";

/** Each group of shortcuts, as keys pressed one after the other. "Mod" is ⌘ or Ctrl. */
const groups = [
  {
    title: "keys.everywhere",
    rows: [
      { word: "keys.palette", keys: [["Mod", "K"]] },
      { word: "keys.search", keys: [["/"]] },
      { word: "keys.goInbox", keys: [["G"], ["B"]] },
      { word: "keys.goProspects", keys: [["G"], ["P"]] },
      { word: "keys.goAgenda", keys: [["G"], ["A"]] },
      { word: "keys.goDashboard", keys: [["G"], ["T"]] },
      { word: "keys.goContacts", keys: [["G"], ["C"]] },
      { word: "keys.goBoard", keys: [["G"], ["E"]] },
      { word: "keys.goHistory", keys: [["G"], ["H"]], admin: true },
      { word: "keys.goSettings", keys: [["G"], ["S"]] },
      { word: "keys.goReports", keys: [["G"], ["R"]] },
      { word: "keys.reminders", keys: [["G"], ["N"]] },
      { word: "keys.newProspect", keys: [["N"]] },
      { word: "keys.save", keys: [["Mod", "S"]] },
      { word: "keys.saveAndLeave", keys: [["Mod", "Enter"]] },
      { word: "keys.cancel", keys: [["Esc"]] },
      { word: "keys.undo", keys: [["Mod", "Z"]] },
      { word: "keys.redo", keys: [["Mod", "Shift", "Z"]] },
      { word: "keys.help", keys: [["?"]] },
    ],
  },
  {
    title: "keys.lists",
    rows: [
      { word: "keys.down", keys: [["J"]] },
      { word: "keys.up", keys: [["K"]] },
      { word: "keys.open", keys: [["Enter"]] },
      { word: "keys.select", keys: [["X"]] },
      { word: "keys.selectAll", keys: [["Mod", "A"]] },
    ],
  },
  {
    title: "keys.agenda",
    rows: [
      { word: "keys.newActivity", keys: [["N"]] },
      { word: "keys.moveActivity", keys: [["M"]] },
      { word: "keys.longer", keys: [["Shift", "↑"], ["↓"]] },
      { word: "keys.previousDays", keys: [["["]] },
      { word: "keys.nextDays", keys: [["]"]] },
      { word: "keys.today", keys: [["H"]] },
      { word: "keys.dayView", keys: [["D"]] },
      { word: "keys.weekView", keys: [["S"]] },
    ],
  },
  {
    title: "keys.board",
    rows: [
      { word: "keys.nextCard", keys: [["←"], ["↑"], ["↓"], ["→"]] },
      { word: "keys.open", keys: [["Enter"]] },
      { word: "keys.liftCard", keys: [["Space"]] },
      { word: "keys.carryCard", keys: [["←"], ["→"]] },
      { word: "keys.putBack", keys: [["Esc"]] },
    ],
  },
  {
    title: "keys.duplicates",
    rows: [
      { word: "keys.compare", keys: [["Enter"]] },
      { word: "keys.notSame", keys: [["X"]] },
    ],
  },
  {
    title: "keys.row",
    rows: [
      { word: "keys.callNow", keys: [["L"]] },
      { word: "keys.whatsapp", keys: [["W"]] },
      { word: "keys.stage", keys: [["S"]] },
      { word: "keys.assign", keys: [["A"]], admin: true },
      { word: "keys.temperature", keys: [["T"]] },
      { word: "keys.reminder", keys: [["R"]] },
      { word: "keys.edit", keys: [["E"]] },
    ],
  },
  {
    title: "keys.prospect",
    rows: [
      { word: "keys.call", keys: [["L"]] },
      { word: "keys.note", keys: [["N"]] },
      { word: "keys.whatsapp", keys: [["W"]] },
      { word: "keys.stage", keys: [["S"]] },
      { word: "keys.assign", keys: [["A"]], admin: true },
      { word: "keys.temperature", keys: [["T"]] },
      { word: "keys.reminder", keys: [["R"]] },
      { word: "keys.edit", keys: [["E"]] },
    ],
  },
] as const;

/** All shortcuts on one sheet, opened with `?`. */
export function KeyHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const isAdmin = useIsAdmin();
  return (
    <Modal opened={opened} onClose={onClose} title={t("keys.title")} size="lg">
      <div className={classes.groups}>
        {groups.map(({ title, rows }) => (
          <section key={title} className={classes.group}>
            <h2 className={classes.title}>{t(title)}</h2>
            <dl className={classes.list}>
              {rows
                .filter((row) => isAdmin || !("admin" in row))
                .map(({ word, keys }) => (
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
