import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { ContactLine } from "@/shared/api/types";
import type { Column } from "@/shared/ui/data-table/columns";
import { Phone } from "@/shared/ui/Phone";
import { PossibleDuplicate } from "@/shared/ui/PossibleDuplicate";
import classes from "./Contacts.module.css";

/** Who it is, how to reach them, and with whom they are. */
export function useContactColumns(): Column<ContactLine>[] {
  const { t } = useTranslation("contacts");
  const isAdmin = useIsAdmin();
  const more = (n: number) =>
    n > 1 && <span className={classes.quiet}> {t("column.more", { n: n - 1 })}</span>;
  return [
    {
      id: "name",
      header: t("column.name"),
      width: "minmax(180px, 2fr)",
      cell: ({ name, possible_duplicate }) => (
        <span className={classes.name}>
          {name === "" ? <span className={classes.quiet}>{t("nameless")}</span> : name}
          {possible_duplicate && <PossibleDuplicate word={t("duplicate")} />}
        </span>
      ),
    },
    {
      id: "phone",
      header: t("column.phone"),
      width: "150px",
      cell: ({ phone, phones }) => (
        <>
          <Phone e164={phone} />
          {more(phones)}
        </>
      ),
    },
    {
      id: "email",
      header: t("column.email"),
      width: "minmax(160px, 1.6fr)",
      minTableWidth: 720,
      cell: ({ email, emails }) => (
        <>
          {email}
          {more(emails)}
        </>
      ),
    },
    {
      id: "city",
      header: t("column.city"),
      width: "minmax(100px, 1fr)",
      minTableWidth: 860,
      cell: ({ city }) => <span className={classes.quiet}>{city}</span>,
    },
    {
      id: "prospects",
      header: t("column.prospects"),
      width: "88px",
      align: "end",
      cell: ({ prospects }) => prospects,
    },
    {
      id: "seller",
      header: t("column.seller"),
      width: "minmax(120px, 1fr)",
      hidden: !isAdmin,
      minTableWidth: 960,
      cell: ({ sellers }) => (
        <span className={classes.quiet}>
          {sellers === "" ? t("detail.noSeller") : sellers.replaceAll(",", ", ")}
        </span>
      ),
    },
  ];
}
