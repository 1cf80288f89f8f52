import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { Prospect } from "@/shared/api/types";
import { ContactActions } from "@/shared/prospect/ContactActions";
import { Age } from "@/shared/ui/Age";
import { Temperature } from "@/shared/ui/Temperature";
import { LiftOpposition } from "./LiftOpposition";
import { MaybeDuplicate } from "./MaybeDuplicate";
import classes from "./ProspectHeader.module.css";
import { ProspectMenu } from "./ProspectMenu";
import { StageStepper } from "./StageStepper";

type ProspectHeaderProps = {
  prospect: Prospect;
  stepper: Ref<HTMLOListElement>;
  /** The person asked not to be contacted. */
  opposed: boolean;
};

/** Who it is, how to reach them, how far they have come. */
export function ProspectHeader({ prospect, stepper, opposed }: ProspectHeaderProps) {
  const { t } = useTranslation("prospects");
  const isAdmin = useIsAdmin();
  const { contact, lead_at, attended_at, status } = prospect;
  const waits = attended_at === null && status !== "discarded" && status !== "closed";
  return (
    <header className={classes.header}>
      <div className={classes.first}>
        <Link
          to="/prospectos"
          className={classes.back}
          aria-label={t("back.toList")}
          title={t("back.toList")}
        >
          <IconArrowLeft size={18} stroke={1.6} aria-hidden />
        </Link>
        <h1 className={classes.name} title={contact.name}>
          {contact.name === "" ? t("nameless") : contact.name}
        </h1>
        <Temperature value={prospect.temperature} />
        {waits && <Age since={lead_at} />}
        <MaybeDuplicate contactId={contact.id} />
        <div className={classes.reach}>
          <ContactActions prospect={prospect} />
          <ProspectMenu prospect={prospect} />
        </div>
      </div>
      {opposed && (
        <p className={classes.opposed} role="status">
          {t("opposed")} {isAdmin && <LiftOpposition contact={contact.id} prospect={prospect.id} />}
        </p>
      )}
      <StageStepper prospect={prospect} list={stepper} />
    </header>
  );
}
