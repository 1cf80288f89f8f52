import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import { comparison, useTwins } from "@/shared/contact/duplicates";
import { PossibleDuplicate } from "@/shared/ui/PossibleDuplicate";
import classes from "./ProspectHeader.module.css";

/**
 * The mark of a person who may be one with another. It leads an administrator to the comparison, and a seller to the
 * person's page, where a merge is asked for.
 */
export function MaybeDuplicate({ contactId }: { contactId: string }) {
  const { t } = useTranslation("prospects");
  const isAdmin = useIsAdmin();
  const twins = useTwins(contactId);
  const [first] = twins;
  if (first === undefined) return null;
  const look = {
    className: classes.duplicate ?? "",
    title: t("duplicate.with", { name: first.name === "" ? t("nameless") : first.name }),
    children: <PossibleDuplicate word={t("list.duplicate")} />,
  };
  return isAdmin ? (
    <Link to="/contactos/unir" search={comparison(contactId, twins)} {...look} />
  ) : (
    <Link to="/contactos/$id" params={{ id: contactId }} {...look} />
  );
}
