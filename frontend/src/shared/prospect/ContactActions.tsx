import { Button } from "@mantine/core";
import { IconBrandWhatsapp, IconMail, IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Prospect } from "@/shared/api/types";
import { formatPhone } from "@/shared/lib/phones";
import classes from "./ContactActions.module.css";
import { isOpposed } from "./opposed";
import { call, firstEmail, firstPhone, openChat, writeMail } from "./reach";
import { TemplateMenu } from "./TemplateMenu";
import templates from "./Templates.module.css";

/** The three ways to reach a person, big, in the order people use them; switched off for who asked not to be contacted. */
export function ContactActions({ prospect }: { prospect: Prospect }) {
  const { t } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const phone = firstPhone(prospect);
  const email = firstEmail(prospect);
  const leftAlone = isOpposed(prospect.contact);
  const noPhone = leftAlone || phone === undefined;
  const why = phone === undefined ? common("phone.none") : undefined;
  const noMail = leftAlone || email === undefined;
  return (
    <div className={classes.actions}>
      <Button
        leftSection={<IconPhone size={18} stroke={1.6} aria-hidden />}
        onClick={() => call(prospect)}
        disabled={noPhone}
        title={why ?? t("reach.callTitle")}
      >
        {t("reach.call")}
        {phone !== undefined && <span className={classes.number}>{formatPhone(phone.e164)}</span>}
      </Button>
      <div className={templates.split}>
        <Button
          variant="default"
          leftSection={<IconBrandWhatsapp size={18} stroke={1.6} aria-hidden />}
          onClick={() => openChat(prospect)}
          disabled={noPhone}
          title={why ?? t("reach.chatTitle")}
        >
          {t("reach.chat")}
        </Button>
        <TemplateMenu prospect={prospect} channel="whatsapp" disabled={noPhone} />
      </div>
      <div className={templates.split}>
        <Button
          variant="default"
          leftSection={<IconMail size={18} stroke={1.6} aria-hidden />}
          onClick={() => writeMail(prospect)}
          disabled={noMail}
          title={email?.address ?? t("reach.noMail")}
        >
          {t("reach.mail")}
        </Button>
        <TemplateMenu prospect={prospect} channel="email" disabled={noMail} />
      </div>
    </div>
  );
}
