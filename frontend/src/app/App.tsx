import { focusManager, useQuery, useQueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Rejoin } from "@/features/setup/Rejoin";
import { Setup } from "@/features/setup/Setup";
import { TakingOver } from "@/features/setup/TakingOver";
import { LockScreen } from "@/features/sign-in/LockScreen";
import { SignIn } from "@/features/sign-in/SignIn";
import { Barrier } from "@/features/sync/Barrier";
import { Moving } from "@/features/sync/Moving";
import { toAppError } from "@/shared/api/app-error";
import { meQuery } from "@/shared/api/me";
import { useSession } from "@/shared/api/session";
import { setupQuery } from "@/shared/api/setup";
import type { Me } from "@/shared/api/types";
import { outreachOf } from "@/shared/prospect/outreach";
import { useTakingOver } from "@/shared/take-over/taking-over";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { dismissToasts } from "@/shared/ui/undo-toast";
import classes from "./App.module.css";
import { useFocusAfterLock } from "./locked-away";
import { router } from "./router";
import { useLiveData } from "./use-live-data";
import { usePreferences } from "./use-preferences";

/** Decides what this page is: the wizard of a new office, the sign-in screen, or the program. */
export function App() {
  const { token } = useSession();
  const setup = useQuery(setupQuery);
  const client = useQueryClient();
  const [again, setAgain] = useState(false);
  const takingOver = useTakingOver();
  useEffect(() => {
    // Nothing that one person read may be on screen for the next. What modules keep they forget themselves: forgetAtSignOut.
    if (token !== null) return;
    client.getMutationCache().clear();
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "setup" });
    void client.invalidateQueries({ queryKey: ["setup"], exact: true }); // the office itself may be gone
  }, [token, client]);
  if (takingOver) return <TakingOver />;
  if (setup.error !== null) {
    return <Fault error={setup.error} onRetry={() => void setup.refetch()} />;
  }
  if (setup.data === undefined) return null;
  if (setup.data.state === "wiped" && !again) return <Barrier why="wiped" onAct={() => setAgain(true)} />;
  if (setup.data.state !== "ready")
    return <Setup keyring={setup.data.keyring} version={setup.data.version} />;
  if (token === null) return <SignIn setup={setup.data} />;
  return <SignedIn token={token} />;
}

/** Why nothing of the office may be shown here, by the code of the fault that says so. */
const barriers: Record<string, "locked" | "superseded" | "moving"> = {
  "member.locked": "locked",
  "host.superseded": "superseded",
  "host.moving": "moving",
};

/** How often a barred computer looks whether it is let in again, in ms. */
const barredGlance = 5000;

function SignedIn({ token }: { token: string }) {
  const { locked } = useSession();
  const [rejoining, setRejoining] = useState(false);
  const me = useQuery({
    ...meQuery,
    enabled: !locked,
    refetchInterval: ({ state }) =>
      state.error !== null && toAppError(state.error).code in barriers ? barredGlance : false,
  });
  const barrier = me.error === null ? undefined : barriers[toAppError(me.error).code];
  if (barrier === "moving") return <Moving onAct={() => void me.refetch()} />;
  if (rejoining) return <Rejoin onEnd={() => setRejoining(false)} />;
  if (barrier === "superseded")
    return <Barrier why="superseded" onAct={() => void me.refetch()} onRejoin={() => setRejoining(true)} />;
  if (barrier !== undefined) return <Barrier why={barrier} onAct={() => void me.refetch()} />;
  if (me.data !== undefined) return <Program me={me.data} token={token} />;
  if (locked) return <Locked name="" />;
  if (me.error !== null) return <Fault error={me.error} onRetry={() => void me.refetch()} />;
  return null;
}

/** While locked nothing is read on a timer: it would keep the session awake behind the lock. */
function useRestWhileLocked(locked: boolean): void {
  useEffect(() => focusManager.setFocused(locked ? false : undefined), [locked]);
}

/** Who the screens were for last. */
let last = "";

/** False until the screen is one of this person's: the former one's has what they searched for, or had open, in its address. */
function useOwnAddress(userId: string): boolean {
  const [isOwn, setOwn] = useState(last === "" || last === userId);
  useEffect(() => {
    last = userId;
    if (!isOwn) void router.navigate({ to: "/bandeja", replace: true }).finally(() => setOwn(true));
  }, [userId, isOwn]);
  return isOwn;
}

function Locked({ name }: { name: string }) {
  return (
    <div className={classes.lock}>
      <LockScreen name={name} />
    </div>
  );
}

function Program({ me, token }: { me: Me; token: string }) {
  const { locked } = useSession();
  useRestWhileLocked(locked);
  useFocusAfterLock(locked);
  const isOwn = useOwnAddress(me.user.id);
  usePreferences(me.preferences);
  useLiveData(token);
  useEffect(() => outreachOf(me.user.id, localStorage), [me.user.id]);
  useEffect(() => dismissToasts, []); // a barrier is for nobody to read behind
  return (
    <>
      {/* Hidden and not removed: what was being typed is still there after unlocking. */}
      <div className={classes.program} hidden={locked || !isOwn} inert={locked}>
        <RouterProvider router={router} />
      </div>
      {locked && <Locked name={me.user.name} />}
    </>
  );
}

function Fault({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <div className={classes.fault}>
      <ErrorNotice error={error} onRetry={onRetry} />
    </div>
  );
}
