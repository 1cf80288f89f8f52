import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { RelayForm } from "./RelayForm";
import { RelayStanding } from "./RelayStanding";
import { RelaySwitches } from "./RelaySwitches";
import { RelayTexts } from "./RelayTexts";
import { relayQuery } from "./relay-queries";

/** The office's relay: from typing its address to every switch in green. */
export function RelaySettings() {
  const relay = useQuery(relayQuery);
  const [changing, setChanging] = useState(false);
  if (relay.data === undefined) {
    return <ErrorNotice error={relay.error} onRetry={() => void relay.refetch()} />;
  }
  const { data } = relay;
  if (data.state === "off" || changing) {
    return (
      <RelayForm
        relay={data}
        onDone={() => setChanging(false)}
        {...(data.state === "off" ? {} : { onCancel: () => setChanging(false) })}
      />
    );
  }
  return (
    <>
      <RelayStanding relay={data} onChange={() => setChanging(true)} />
      {data.callback_url !== "" && <RelaySwitches relay={data} />}
      <RelayTexts relay={data} />
    </>
  );
}
