/** Something that can be taken back. */
export type Deed = {
  message: string;
  takeBack: () => Promise<unknown>;
  /** Does it again, given what taking back answered; without it nothing can be done again. */
  again?: ((back: never) => Promise<unknown>) | undefined;
  /** What to say once it is taken back; undefined for the usual word, empty for nothing. */
  told?: ((back: never) => string | undefined) | undefined;
};

/** How the page shows what the stack does. */
export type Shows = {
  /** Says what was done and offers to take it back; the returned function hides that. */
  offer: (message: string, takeBack: () => void) => () => void;
  /** Says that it is taken back; undefined for the usual word, empty for nothing. */
  tell: (words: string | undefined) => void;
  fail: (thrown: unknown) => void;
};

/** The place of a change that is on its way. One of the two is called once it is known what came of it. */
export type Place = {
  offer: (deed: Deed) => void;
  /** Nothing came of it: it failed, or changed nothing. Does nothing after `offer`. */
  leave: () => void;
};

/** A deed's place on the stack, from the moment the person did it. */
type Entry = {
  /** What came of it; `null` for nothing. Settles once that is known. */
  deed: Promise<Deed | null>;
  isTaken: boolean;
  hide: () => void;
  stop: () => void;
};

/** How many deeds are remembered. */
const depth = 50;

const nothing = () => undefined;

/**
 * What Ctrl+Z takes back and Ctrl+Shift+Z does again. A change has its place from the moment it is begun, so that Ctrl+Z pressed
 * before the program has answered waits for it and takes back this one, not the one before.
 */
export function createUndoStack(shows: Shows) {
  /** Latest last. */
  const done: Entry[] = [];
  /** Latest last. A new deed empties it: after that there is nothing to go back to. */
  const undone: { deed: Deed; back: unknown }[] = [];
  // Keys pressed in a row act in their order: the later change has to be taken back before the one it was made upon.
  let turn: Promise<void> = Promise.resolve();
  // Grows when all is forgotten: what was on its way then ends in silence.
  let era = 0;
  const inTurn = (work: () => Promise<void>) => {
    const since = era;
    turn = turn.then(() => (since === era ? work() : undefined));
  };

  /** Keeps a place; `stop` ends what is under way early when it is taken back by then. */
  const keep = (stop: () => void): { fill: (deed: Deed) => void; leave: () => void } => {
    let settle: (deed: Deed | null) => void = nothing;
    const deed = new Promise<Deed | null>((resolve) => {
      settle = resolve;
    });
    const entry: Entry = { deed, isTaken: false, hide: nothing, stop };
    done.push(entry);
    if (done.length > depth) done.shift();
    return {
      fill: (what) => {
        entry.stop = nothing;
        if (!entry.isTaken)
          entry.hide = shows.offer(what.message, () => {
            if (take(entry)) void takeBack(entry);
          });
        settle(what);
        settle = nothing;
      },
      leave: () => {
        if (settle === nothing) return;
        entry.stop = nothing;
        take(entry);
        settle(null);
      },
    };
  };
  /** Takes an entry off the stack; false when it has been taken already. */
  const take = (entry: Entry): boolean => {
    if (entry.isTaken) return false;
    entry.isTaken = true;
    const at = done.indexOf(entry);
    if (at >= 0) done.splice(at, 1);
    entry.hide();
    entry.stop();
    return true;
  };
  const takeBack = async (entry: Entry): Promise<void> => {
    const since = era;
    const deed = await entry.deed;
    if (deed === null || since !== era) return; // whoever did it has said why, or has left
    try {
      const back = await deed.takeBack();
      if (since !== era) return;
      if (deed.again !== undefined) undone.push({ deed, back });
      const told = deed.told as ((back: unknown) => string | undefined) | undefined;
      shows.tell(told?.(back));
    } catch (thrown) {
      if (since === era) shows.fail(thrown);
    }
  };
  const doAgain = async ({ deed, back }: { deed: Deed; back: unknown }): Promise<void> => {
    const since = era;
    const place = keep(nothing);
    const again = deed.again as (back: unknown) => Promise<unknown>;
    try {
      const forth = await again(back);
      place.fill({ ...deed, takeBack: () => again(forth) });
    } catch (thrown) {
      place.leave();
      if (since === era) shows.fail(thrown);
    }
  };

  return {
    /** Keeps the place of a change that begins now. */
    begin: (stop: () => void = nothing): Place => {
      const { fill, leave } = keep(stop);
      return {
        offer: (deed) => {
          undone.length = 0;
          fill(deed);
        },
        leave,
      };
    },
    /** Takes back the latest deed, if need be once it is done. Silent when there is none. */
    undoLast: (): void => {
      const last = done.at(-1);
      if (last !== undefined && take(last)) inTurn(() => takeBack(last));
    },
    /** Does the latest undone deed again. Silent when there is none. */
    redoLast: (): void =>
      inTurn(async () => {
        const last = undone.pop();
        if (last !== undefined) await doAgain(last);
      }),
    /** Forgets all of it, and ends early what can be: what one person did is not for the next to take back. */
    forget: (): void => {
      era++;
      undone.length = 0;
      for (const entry of [...done]) take(entry);
    },
  };
}
