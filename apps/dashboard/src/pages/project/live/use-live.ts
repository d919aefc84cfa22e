import { useCallback, useEffect, useState } from "react";
import { openLive } from "../../../api/live";
import { addEvents, addRecent, emptyFeed, type Feed } from "./feed";

/** `waiting`: the stream is gone, or was never there, and is tried again every now and then. */
export type LiveState = "connecting" | "open" | "waiting";

export type Live = { feed: Feed; state: LiveState; reconnect: () => void };

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/** The events of a project as they come, as long as the page is open. Reconnects by itself, ever more slowly. */
export function useLive(projectId: string): Live {
  const [feed, setFeed] = useState(emptyFeed);
  const [state, setState] = useState<LiveState>("connecting");
  const [attempt, setAttempt] = useState(0);
  const reconnect = useCallback(() => setAttempt((before) => before + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is the occasion to connect at once
  useEffect(() => {
    let pauseMs = firstPauseMs;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let close = (): void => undefined;

    function connect(): void {
      close = openLive(projectId, {
        onHello: ({ recent }) => {
          pauseMs = firstPauseMs;
          setState("open");
          setFeed((before) => addRecent(before, recent));
        },
        onEvents: ({ events, skipped }) => setFeed((before) => addEvents(before, events, skipped)),
        onEnd: (reason) => {
          if (reason === "broken") setState("waiting");
          timer = setTimeout(connect, pauseMs);
          pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        },
      });
    }

    setState("connecting");
    connect();
    return () => {
      clearTimeout(timer);
      close();
    };
  }, [projectId, attempt]);

  return { feed, state, reconnect };
}
