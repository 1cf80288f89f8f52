import { IconBrandWhatsapp, IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Phone } from "@/shared/api/types";
import { EditableText } from "@/shared/ui/EditableText";
import facts from "@/shared/ui/fact-column.module.css";
import classes from "./ContactFields.module.css";
import { ContactLine, SmallAction, type Standing } from "./ContactLine";
import type { Reach, WritePerson } from "./contact-write";
import { useReachLine } from "./use-reach-line";

const problems = ["incomplete", "ambiguous", "damaged", "invalid", "dummy"] as const;

/** Digits and + only, to see whether what was written says the same. */
const bare = (text: string) => text.replace(/[^\d+]/g, "");

type PhoneLineProps = { phone: Phone; standing: Standing; write: WritePerson; reach?: Reach | undefined };

/** One phone: as people read it, as it was written when that differs, and what is wrong with it. */
export function PhoneLine({ phone, standing, write, reach }: PhoneLineProps) {
  const { t } = useTranslation("prospects");
  const params = { path: { id: phone.id } };
  const { onFirst, onRemove, onSave } = useReachLine<Phone>({
    one: phone,
    write,
    within: (edit) => (person) => ({ ...person, phones: edit(person.phones) }),
    patch: (body) => answer(api.PATCH("/api/phones/{id}", { params, body })),
    remove: () => answer(api.DELETE("/api/phones/{id}", { params })),
    removed: t("data.phoneRemoved"),
    written: (raw) => ({ national: raw, e164: "", problem: "" }),
  });
  const shown = phone.national === "" ? phone.raw : phone.national;
  const same = [bare(phone.national), phone.e164, phone.e164.slice(1)];
  const wroteOtherwise = phone.e164 !== "" && !same.includes(bare(phone.raw));
  const problem = problems.find((code) => code === phone.problem);
  return (
    <div className={classes.entry}>
      <ContactLine
        what={shown}
        standing={standing}
        onFirst={onFirst}
        onRemove={onRemove}
        actions={
          reach !== undefined &&
          phone.e164 !== "" && (
            <>
              <SmallAction
                label={t("data.callPhone", { phone: shown })}
                disabled={reach.blocked}
                onClick={() => reach.call(phone)}
              >
                <IconPhone size={16} stroke={1.6} aria-hidden />
              </SmallAction>
              <SmallAction
                label={t("data.chatPhone", { phone: shown })}
                disabled={reach.blocked}
                onClick={() => reach.chat(phone)}
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
          onSave={onSave}
          shown={shown}
        />
      </ContactLine>
      {problem !== undefined && <p className={classes.problem}>{t(`problem.${problem}`)}</p>}
      {wroteOtherwise && <p className={facts.note}>{t("data.wrote", { raw: phone.raw })}</p>}
      {phone.wa_variant === "521" && <p className={facts.note}>{t("data.variant521")}</p>}
    </div>
  );
}
