import type { LiveEvents } from "@mobigen/analytics-contract";
import type { RequestHandler, Response } from "express";
import { ApiError } from "../errors.js";
import { projectOf } from "../http/caller.js";
import { noQuerySchema, parseQuery } from "../http/parse.js";
import type { LiveFeed } from "../insights/live-feed.js";
import { instant } from "../insights/question.js";
import type { Clock } from "../types.js";

/** Of one process. */
export const maxStreams = 200;
export const maxStreamsOfProject = 20;
const retryAfterSeconds = 30;
const reconnectMs = 2_000;

export type LiveTimes = { heartbeatMs: number; maxStreamMs: number };

const usualTimes: LiveTimes = {
  // Below the idle time of common proxies (60 s).
  heartbeatMs: 15_000,
  // Then the client connects again, and its credentials are looked at again.
  maxStreamMs: 15 * 60_000,
};

export type LiveRoutesDeps = { feed: LiveFeed; clock: Clock; times?: LiveTimes | undefined };

export type LiveRoutes = {
  stream: RequestHandler;
  /** Says goodbye on all streams and ends them. */
  stop(): void;
};

/** What comes in, as server-sent events. */
export function createLiveRoutes({ feed, clock, times = usualTimes }: LiveRoutesDeps): LiveRoutes {
  const streams = new Map<Response, string>();

  function requireRoom(projectId: string): void {
    const ofProject = [...streams.values()].filter((id) => id === projectId).length;
    if (streams.size < maxStreams && ofProject < maxStreamsOfProject) return;
    throw new ApiError("overloaded", "So many watch already that there is no room for one more. Try again.", {
      headers: { "Retry-After": String(retryAfterSeconds) },
    });
  }

  function end(res: Response): void {
    // Not yet begun: the client tries elsewhere.
    if (!res.headersSent) {
      res.destroy();
      return;
    }
    if (!res.writableNeedDrain) write(res, "bye", { at: instant(clock().getTime()) });
    res.end();
    // Who takes nothing would hold up a stop.
    if (res.writableNeedDrain) res.destroy();
  }

  return {
    async stream(req, res) {
      parseQuery(noQuerySchema, req.query);
      const project = projectOf(res);
      requireRoom(project.id);
      if (req.method === "HEAD") {
        begin(res);
        res.end();
        return;
      }
      streams.set(res, project.id);
      let leave: (() => void) | undefined;
      const heartbeat = setInterval(beatOf(res), times.heartbeatMs);
      const over = setTimeout(() => end(res), times.maxStreamMs);
      const forget = (): void => {
        clearInterval(heartbeat);
        clearTimeout(over);
        streams.delete(res);
        leave?.();
      };
      res.once("close", forget);
      try {
        leave = await feed.watch(project, viewerOf(res));
        // It left while the first look was taken.
        if (res.destroyed) leave();
      } catch (error) {
        forget();
        throw error;
      }
    },

    stop() {
      for (const res of streams.keys()) end(res);
    },
  };
}

function begin(res: Response): void {
  res.setHeader("Content-Type", "text/event-stream; charset=utf-8");
  res.setHeader("Cache-Control", "no-store");
  // A proxy that gathers replies would gather this one for ever.
  res.setHeader("X-Accel-Buffering", "no");
}

/** Cuts who took nothing from one heartbeat to the next; a message on its way at one of them is no sign of that. */
function beatOf(res: Response): () => void {
  let isStalled = false;
  res.on("drain", () => {
    isStalled = false;
  });
  return () => {
    if (isStalled) res.destroy();
    else if (res.writableNeedDrain) isStalled = true;
    else if (res.headersSent) res.write(":\n\n");
  };
}

/** A client that does not keep up is told how many events it missed, in place of a queue that grows. */
function viewerOf(res: Response): Parameters<LiveFeed["watch"]>[1] {
  let missed = 0;
  return {
    hello(message) {
      if (res.writableEnded || res.destroyed) return;
      begin(res);
      res.write(`retry: ${reconnectMs}\n`);
      write(res, "hello", message);
    },
    events(message: LiveEvents) {
      if (res.writableEnded || res.destroyed) return;
      if (res.writableNeedDrain) missed += message.events.length + message.skipped;
      else {
        write(res, "events", { ...message, skipped: message.skipped + missed });
        missed = 0;
      }
    },
  };
}

function write(res: Response, event: string, message: object): void {
  res.write(`event: ${event}\ndata: ${JSON.stringify(message)}\n\n`);
}
