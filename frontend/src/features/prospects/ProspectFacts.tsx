import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin, useMe } from "@/shared/api/me";
import type { Prospect } from "@/shared/api/types";
import { usersQuery } from "@/shared/api/users";
import { useVocabulary } from "@/shared/api/vocabulary";
import { useAsked } from "@/shared/lib/ask";
import { useShortcuts } from "@/shared/lib/keyboard";
import { ReassignDialog } from "@/shared/prospect/ReassignDialog";
import { useAssignedWhy } from "@/shared/prospect/use-assigned-why";
import { usePatch } from "@/shared/prospect/use-patch";
import { useWord } from "@/shared/prospect/use-word";
import facts from "@/shared/ui/fact-column.module.css";
import { Kbd } from "@/shared/ui/Kbd";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Temperature } from "@/shared/ui/Temperature";
import { type Choice, ChoiceMenu } from "./ChoiceMenu";
import { DiscardDialog } from "./DiscardDialog";
import classes from "./Facts.module.css";
import { ResponseFact } from "./ResponseFact";

type ProspectFactsProps = {
  prospect: Prospect;
  /** Digits 1 to 3 choose the temperature. */
  digits: boolean;
  onDone: () => void;
};

/** The axes of a follow-up: status, temperature, seller. */
export function ProspectFacts({ prospect, digits, onDone }: ProspectFactsProps) {
  const { t } = useTranslation("prospects");
  return (
    <section aria-label={t("facts.title")} className={facts.section}>
      <dl className={facts.facts}>
        <Status prospect={prospect} />
        <div>
          <dt>{t("column.temperature")}</dt>
          <dd>
            <TemperatureChoice prospect={prospect} digits={digits} onDone={onDone} />
          </dd>
        </div>
        <Seller prospect={prospect} />
        <ResponseFact prospect={prospect} />
      </dl>
    </section>
  );
}

function Status({ prospect }: { prospect: Prospect }) {
  const { t } = useTranslation("prospects");
  const word = useWord();
  const patch = usePatch(prospect);
  const vocabulary = useVocabulary();
  const [discarding, setDiscarding] = useState(false);
  const choose = (status: string) => {
    if (status === prospect.status) return;
    if (status === "discarded") return setDiscarding(true);
    patch(t("status.changed", { name: word("status", status) }), { status });
  };
  const reason = [...(vocabulary?.reasons ?? []), ...(vocabulary?.retired ?? [])].find(
    ({ id }) => id === prospect.reason_id,
  )?.name;
  return (
    <div>
      <dt>{t("column.status")}</dt>
      <dd>
        <ChoiceMenu
          plain
          label={`${t("column.status")}: ${word("status", prospect.status)}`}
          value={prospect.status}
          choices={(vocabulary?.statuses ?? []).map((code) => ({ value: code, name: word("status", code) }))}
          onChoose={choose}
        >
          {word("status", prospect.status)}
        </ChoiceMenu>
        {prospect.status === "discarded" && reason !== undefined && <p className={facts.note}>{reason}</p>}
        <DiscardDialog
          opened={discarding}
          onClose={() => setDiscarding(false)}
          onReason={(reason_id) => {
            setDiscarding(false);
            patch(t("status.discarded"), { status: "discarded", reason_id });
          }}
        />
      </dd>
    </div>
  );
}

const temperatures = ["cold", "warm", "hot"] as const;

function TemperatureChoice({ prospect, digits, onDone }: ProspectFactsProps) {
  const { t } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const patch = usePatch(prospect);
  const choose = (value: string) => {
    onDone();
    const temperature = value === prospect.temperature ? "" : value;
    const name =
      temperature === "" ? common("temperature.none") : common(`temperature.${temperature as "hot"}`);
    patch(t("temperature.changed", { name }), { temperature });
  };
  const keys = temperatures.map((value, index) => [String(index + 1), () => choose(value)] as const);
  useShortcuts(Object.fromEntries(keys), digits);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw and space itself
    <div className={classes.segments} role="group" aria-label={t("column.temperature")}>
      {temperatures.map((value, index) => (
        <button
          key={value}
          type="button"
          className={classes.segment}
          aria-pressed={prospect.temperature === value}
          onClick={() => choose(value)}
        >
          {digits && <Kbd keys={[String(index + 1)]} />}
          <Temperature value={value} withWord />
        </button>
      ))}
    </div>
  );
}

function Seller({ prospect }: { prospect: Prospect }) {
  const { t } = useTranslation("prospects");
  const isAdmin = useIsAdmin();
  const users = useQuery({ ...usersQuery, enabled: isAdmin }).data?.items ?? [];
  const patch = usePatch(prospect);
  const [to, setTo] = useState<{ id: string; name: string } | null>(null);
  const name = prospect.owner_id === "" ? t("seller.none") : prospect.owner_name;
  const sellers = users.filter(({ role, active }) => role === "seller" && active);
  const choices: Choice[] = [
    ...sellers.map((seller) => ({ value: seller.id, name: seller.name })),
    { value: "", name: t("seller.tray") },
  ];
  const give = (owner_id: string, owner_name: string, owner_reason: string) => {
    const message = owner_id === "" ? t("seller.inTray") : t("seller.changed", { name: owner_name });
    patch(message, { owner_id, owner_name }, { owner_reason });
  };
  const choose = (id: string) => {
    if (id === prospect.owner_id) return;
    const chosen = { id, name: sellers.find((seller) => seller.id === id)?.name ?? "" };
    // Nobody loses a prospect that comes out of the tray, so there is nothing to explain.
    if (prospect.owner_id === "") give(chosen.id, chosen.name, "");
    else setTo(chosen);
  };
  useAsked("assign", (id) => isAdmin && id !== "" && choose(id));
  return (
    <div data-fact="seller">
      <dt>{t("column.seller")}</dt>
      <dd>
        {isAdmin ? (
          <ChoiceMenu
            plain
            label={`${t("column.seller")}: ${name}`}
            value={prospect.owner_id}
            choices={choices}
            onChoose={choose}
          >
            {name}
          </ChoiceMenu>
        ) : (
          <span className={classes.still}>{name}</span>
        )}
        <Why prospect={prospect} />
        <ReassignDialog
          opened={to !== null}
          title={to === null || to.id === "" ? t("seller.toTray") : t("seller.to", { name: to.name })}
          onClose={() => setTo(null)}
          onReason={(reason) => {
            if (to !== null) give(to.id, to.name, reason);
            setTo(null);
          }}
        />
      </dd>
    </div>
  );
}

/** Why it came to its seller: to them "why me". */
function Why({ prospect }: { prospect: Prospect }) {
  const { t } = useTranslation("prospects");
  const { user } = useMe();
  const why = useAssignedWhy()(prospect.assigned_why);
  if (why === null) return null;
  if (why.isSentence) return <p className={facts.note}>{why.reason}</p>;
  const mine = prospect.owner_id === user.id;
  return (
    <p className={facts.note}>
      {mine ? t("why.me") : t("why.them")} {why.reason}
      {prospect.assigned_at !== null && (
        <>
          {" · "}
          <RelativeDate at={prospect.assigned_at} />
        </>
      )}
    </p>
  );
}
