import { useDebouncedValue } from "@mantine/hooks";
import { IconAlertTriangle, IconCheck, IconUser } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import classes from "./PhoneFeedback.module.css";
import { checkPhone } from "./phone-check";
import { knownPersonQuery } from "./prospect-list-queries";

/** Says while a phone is typed how it is understood, and who has it already. */
export function PhoneFeedback({ raw }: { raw: string }) {
  const { t } = useTranslation("prospects");
  const check = checkPhone(raw);
  const [asked] = useDebouncedValue(check.state === "ok" ? check.e164 : "", 200);
  const known = useQuery(knownPersonQuery(asked)).data?.items.find(({ phone }) => phone === asked);
  if (check.state === "empty") return null;
  if (check.state !== "ok") {
    const sentence =
      check.state === "incomplete"
        ? t("check.incomplete", { count: check.digits })
        : check.state === "ambiguous"
          ? t("check.ambiguous")
          : t("check.invalid");
    return (
      <span className={classes.feedback} data-state="warn" role="status">
        <IconAlertTriangle size={14} stroke={1.8} aria-hidden />
        {sentence}
      </span>
    );
  }
  if (known !== undefined) {
    return (
      <span className={classes.feedback} data-state="known" role="status">
        <IconUser size={14} stroke={1.8} aria-hidden />
        {t("check.known", { name: known.name === "" ? t("nameless") : known.name })}{" "}
        <Link to="/prospectos/$id" params={{ id: known.id }}>
          {t("check.open")}
        </Link>
      </span>
    );
  }
  return (
    <span className={classes.feedback} data-state="ok" role="status">
      <IconCheck size={14} stroke={2} aria-hidden />
      {t("check.ok", { phone: check.national })}
    </span>
  );
}
