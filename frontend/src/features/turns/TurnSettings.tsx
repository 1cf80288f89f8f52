import { useQuery } from "@tanstack/react-query";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { Absences } from "./Absences";
import { Escalation } from "./Escalation";
import { Groups } from "./Groups";
import { Holidays } from "./Holidays";
import { NextTurn } from "./NextTurn";
import { OfficeHours, OfficeSwitches } from "./OfficeHours";
import { Rules } from "./Rules";
import { Sellers } from "./Sellers";
import { turnsQuery } from "./turn-queries";

/** Who takes turns when, and for what. Administrators only. */
export function TurnSettings() {
  const { data, error, refetch } = useQuery(turnsQuery);
  if (data === undefined) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const { office, sellers, groups, rules, absences, holidays, uncovered } = data;
  const { remind_after, notify_after, reassign_after, most_hops } = office;
  // Forms begin again from what is stored once somebody, here or elsewhere, has changed it.
  const times = [remind_after, notify_after, reassign_after, most_hops].join();
  return (
    <>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      <OfficeSwitches office={office} />
      <NextTurn />
      <Sellers sellers={sellers} />
      <Groups groups={groups} sellers={sellers} />
      <Rules rules={rules} groups={groups} />
      <OfficeHours key={JSON.stringify(office.hours)} office={office} />
      <Absences absences={absences} sellers={sellers} uncovered={uncovered} />
      <Holidays holidays={holidays} />
      <Escalation key={times} office={office} />
    </>
  );
}
