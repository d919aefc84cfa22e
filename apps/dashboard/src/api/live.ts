import type { LiveEvents, LiveHello } from "@mobigen/analytics-contract";
import { projectPath } from "./insight";

export type LiveListener = {
  onHello: (message: LiveHello) => void;
  onEvents: (message: LiveEvents) => void;
  /** The stream is over, and another may be opened. `bye`: the service said so; it does now and then. Else it broke off. */
  onEnd: (reason: "bye" | "broken") => void;
};

/** Opens the stream of a project's events; gives what closes it. */
export function openLive(projectId: string, { onHello, onEvents, onEnd }: LiveListener): () => void {
  const source = new EventSource(projectPath(projectId, "live"));
  const end = (reason: "bye" | "broken"): void => {
    // By itself it would ask again every few seconds, for ever.
    source.close();
    onEnd(reason);
  };
  source.addEventListener("hello", ({ data }: MessageEvent<string>) => onHello(JSON.parse(data) as LiveHello));
  source.addEventListener("events", ({ data }: MessageEvent<string>) => onEvents(JSON.parse(data) as LiveEvents));
  source.addEventListener("bye", () => end("bye"));
  source.addEventListener("error", () => end("broken"));
  return () => source.close();
}
