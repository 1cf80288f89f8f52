import { IconBrandWhatsapp, IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Phone, Prospect } from "@/shared/api/types";
import { call, openChat } from "@/shared/prospect/reach";
import { useProspectChange } from "@/shared/prospect/use-prospect-change";
import { EditableText } from "@/shared/ui/EditableText";
import classes from "./ContactData.module.css";
import { ContactLine, SmallAction } from "./ContactLine";

const problems = ["incomplete", "ambiguous", "damaged", "invalid", "dummy"] as const;

/** Digits and + only, to see whether what was written says the same. */
const bare = (text: string) => text.replace(/[^\d+]/g, "");

type PhoneLineProps = { prospect: Prospect; phone: Phone; opposed: boolean };

/** One phone: as people read it, as it was written when that differs, and what is wrong with it. */
export function PhoneLine({ prospect, phone, opposed }: PhoneLineProps) {
  const { t } = useTranslation("prospects");
  const { mutate } = useProspectChange(prospect.id);
  const path = { id: phone.id };
  const shown = phone.national === "" ? phone.raw : phone.national;
  const same = [bare(phone.national), phone.e164, phone.e164.slice(1)];
  const wroteOtherwise = phone.e164 !== "" && !same.includes(bare(phone.raw));
  const problem = problems.find((code) => code === phone.problem);
  return (
    <div className={classes.entry}>
      <ContactLine
        remove={t("data.removePhone", { phone: shown })}
        onRemove={() =>
          mutate({
            message: t("data.phoneRemoved"),
            send: () => answer(api.DELETE("/api/phones/{id}", { params: { path } })),
            prospect: (known) => withPhones(known, (phones) => phones.filter(({ id }) => id !== phone.id)),
          })
        }
        actions={
          phone.e164 !== "" && (
            <>
              <SmallAction
                label={t("data.callPhone", { phone: shown })}
                disabled={opposed}
                onClick={() => call(prospect, phone)}
              >
                <IconPhone size={16} stroke={1.6} aria-hidden />
              </SmallAction>
              <SmallAction
                label={t("data.chatPhone", { phone: shown })}
                disabled={opposed}
                onClick={() => openChat(prospect, phone)}
              >
                <IconBrandWhatsapp size={16} stroke={1.6} aria-hidden />
              </SmallAction>
            </>
          )
        }
      >
        <EditableText
          label={t("data.phone")}
          type="tel"
          value={phone.raw}
          placeholder={t("data.addPhone")}
          required
          onSave={(raw) =>
            mutate({
              message: t("data.saved"),
              send: () => answer(api.PATCH("/api/phones/{id}", { params: { path }, body: { raw } })),
              prospect: (known) =>
                withPhones(known, (phones) =>
                  phones.map((each) =>
                    each.id === phone.id ? { ...each, raw, national: raw, e164: "", problem: "" } : each,
                  ),
                ),
            })
          }
          shown={shown}
        />
      </ContactLine>
      {problem !== undefined && <p className={classes.problem}>{t(`problem.${problem}`)}</p>}
      {wroteOtherwise && <p className={classes.note}>{t("data.wrote", { raw: phone.raw })}</p>}
      {phone.wa_variant === "521" && <p className={classes.note}>{t("data.variant521")}</p>}
    </div>
  );
}

function withPhones(prospect: Prospect, edit: (phones: Phone[]) => Phone[]): Prospect {
  return { ...prospect, contact: { ...prospect.contact, phones: edit(prospect.contact.phones) } };
}
