import { Badge, Button, Modal, NumberInput, Switch, VisuallyHidden } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSync } from "@/shared/api/sync";
import type { Device, NetworkState } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { BecomeHost } from "@/shared/take-over/BecomeHost";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { faultSentence } from "@/shared/ui/fault-sentence";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Section } from "@/shared/ui/Section";
import table from "@/shared/ui/table.module.css";
import { showDone, showError } from "@/shared/ui/undo-toast";
import { byPerson, type Person } from "./by-person";
import classes from "./Devices.module.css";
import { devicesQuery, relayOfOfficeQuery, useNetwork, useRevocation } from "./device-queries";
import { HandOver } from "./HandOver";
import { InviteDialog } from "./InviteDialog";
import { RecoveryCode } from "./RecoveryCode";

/** The office's computers: which hold the data, who may connect, and how a new one comes in. */
export function DeviceSettings() {
  const { t } = useTranslation("devices");
  const devices = useQuery(devicesQuery);
  const relay = useQuery(relayOfOfficeQuery);
  const [inviting, setInviting] = useState(false);
  const [revoking, setRevoking] = useState<Device | null>(null);
  if (devices.data === undefined) {
    return (
      <>
        <ErrorNotice error={devices.error} onRetry={() => void devices.refetch()} />
        {devices.error !== null && <BecomeHost />}
      </>
    );
  }
  const { network, recovery } = devices.data;
  const relayed = relay.data !== undefined && relay.data.address !== "";
  const ready = recovery.prepared && (network.enabled || relayed);
  return (
    <>
      {!recovery.prepared && <RecoveryCode />}
      <Network network={network} />
      <Section
        title={t("list.title")}
        hint={t("list.hint")}
        actions={
          <Button leftSection={<IconPlus size={16} />} disabled={!ready} onClick={() => setInviting(true)}>
            {t("list.invite")}
          </Button>
        }
      >
        {!ready && (
          <p className={classes.note}>{t(recovery.prepared ? "list.networkFirst" : "list.codeFirst")}</p>
        )}
        {devices.data.devices.length > 0 && (
          <DeviceTable people={byPerson(devices.data.devices)} onRevoke={setRevoking} />
        )}
      </Section>
      <HandOver devices={devices.data.devices} />
      <BecomeHost />
      <InviteDialog opened={inviting} onClose={() => setInviting(false)} />
      <RevokeDialog device={revoking} onClose={() => setRevoking(null)} />
    </>
  );
}

function Network({ network }: { network: NetworkState }) {
  const { t } = useTranslation("devices");
  const change = useNetwork();
  const isMember = useSync()?.role === "member"; // what is shown is the host's
  const [port, setPort] = useState<number | string>(network.port);
  const apply = (enabled: boolean, next = network.port) =>
    change.mutate({ enabled, port: next }, { onError: showError });
  return (
    <Section title={t("network.title")} hint={t(isMember ? "network.hostHint" : "network.hint")}>
      <div className={classes.network}>
        <Switch
          label={t("network.enabled")}
          checked={network.enabled}
          disabled={network.fixed || change.isPending}
          onChange={({ currentTarget }) => apply(currentTarget.checked)}
        />
        <NumberInput
          label={t("network.port")}
          className={classes.port}
          value={port}
          min={1}
          max={65_535}
          hideControls
          disabled={network.fixed}
          onChange={setPort}
          onBlur={() => {
            const next = Number(port);
            if (next === network.port) return;
            if (Number.isInteger(next) && next >= 1 && next <= 65_535) apply(network.enabled, next);
            else setPort(network.port);
          }}
        />
      </div>
      {network.problem !== "" && (
        <p className={classes.bad}>{faultSentence(network.problem, { addr: network.port })}</p>
      )}
      {network.enabled && network.addresses.length > 0 && (
        <p className={classes.note}>
          {t(isMember ? "network.hostAddresses" : "network.addresses", {
            list: network.addresses.join(", "),
          })}
        </p>
      )}
      {network.fixed && <p className={classes.note}>{t("network.fixed")}</p>}
    </Section>
  );
}

type DeviceTableProps = { people: Person[]; onRevoke: (device: Device) => void };

function DeviceTable({ people, onRevoke }: DeviceTableProps) {
  const { t } = useTranslation("devices");
  const { t: words } = useTranslation("words");
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{t("list.device")}</th>
          <th scope="col">{t("list.holds")}</th>
          <th scope="col">{t("list.seen")}</th>
          <th scope="col">{t("list.state")}</th>
          <th scope="col">
            <VisuallyHidden>{t("list.actions")}</VisuallyHidden>
          </th>
        </tr>
      </thead>
      {people.map((person) => (
        <tbody key={person.id}>
          <tr className={classes.person}>
            <th scope="rowgroup" colSpan={5}>
              {person.name}{" "}
              <span className={table.quiet}>{words(`role.${person.role}` as never) as string}</span>
            </th>
          </tr>
          {person.devices.map((device) => (
            <DeviceRow key={device.id} device={device} onRevoke={() => onRevoke(device)} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function DeviceRow({ device, onRevoke }: { device: Device; onRevoke: () => void }) {
  const { t } = useTranslation("devices");
  const name = device.name === "" ? t("list.nameless") : device.name;
  const here = useSync()?.device_id;
  return (
    <tr>
      <td className={table.strong}>
        {name} {device.id === here && <span className={table.quiet}>{t("list.this")}</span>}
        {device.version !== "" && (
          <span className={classes.second}>{t("list.version", { version: device.version })}</span>
        )}
      </td>
      <td>{holds(device, t)}</td>
      <td>
        {device.is_host || device.last_seen_at === null ? (
          <span className={table.quiet}>–</span>
        ) : (
          <RelativeDate at={device.last_seen_at} />
        )}
        {!device.connected && device.behind > 0 && (
          <span className={classes.second}>{t("list.behind", { count: device.behind })}</span>
        )}
      </td>
      <td>
        <DeviceState device={device} />
      </td>
      <td className={table.end}>
        {device.state === "active" && !device.is_host && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            onClick={onRevoke}
            aria-label={t("list.revokeOf", { name })}
          >
            {t("list.revoke")}
          </Button>
        )}
      </td>
    </tr>
  );
}

function holds(device: Device, t: ReturnType<typeof useTranslation<"devices">>["t"]): string {
  if (device.state === "wiped") return t("list.holdsNothing");
  if (device.holds_all) return t("list.holdsAll", { total: formatCount(device.holds) });
  return t("list.holdsSome", { count: device.holds });
}

function DeviceState({ device }: { device: Device }) {
  const { t } = useTranslation("devices");
  if (device.is_host) {
    return (
      <Badge variant="light" tt="none">
        {t("state.host")}
      </Badge>
    );
  }
  if (device.state === "active") return <span>{t(device.connected ? "state.connected" : "state.away")}</span>;
  return (
    <Badge variant="outline" color={device.state === "revoked" ? "red" : "gray"} tt="none">
      {t(device.state === "revoked" ? "state.revoked" : "state.wiped")}
    </Badge>
  );
}

/** What cannot be undone is asked about. */
function RevokeDialog({ device, onClose }: { device: Device | null; onClose: () => void }) {
  const { t } = useTranslation("devices");
  const { t: common } = useTranslation();
  const revoke = useRevocation();
  return (
    <Modal opened={device !== null} onClose={onClose} title={t("revoke.title")}>
      {device !== null && (
        <>
          <p className={classes.lead}>{t("revoke.what", { name: device.name, person: device.user_name })}</p>
          <p className={classes.note}>{t("revoke.lost")}</p>
          <div className={classes.buttons}>
            <Button variant="default" onClick={onClose} data-autofocus>
              {common("action.cancel")}
            </Button>
            <Button
              color="red"
              loading={revoke.isPending}
              onClick={() =>
                revoke.mutate(device.id, {
                  onSuccess: () => {
                    showDone(t("revoke.done", { name: device.name }));
                    onClose();
                  },
                  onError: showError,
                })
              }
            >
              {t("revoke.confirm")}
            </Button>
          </div>
        </>
      )}
    </Modal>
  );
}
