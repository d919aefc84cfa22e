import { liveMessages } from "@mobigen/analytics-contract";
import type { TestApp } from "./app.js";

export type LiveMessage = { event: keyof typeof liveMessages; data: unknown };

export type LiveStream = { reply: Response; leave(): void; next(): Promise<LiveMessage | undefined> };

/** The live events of project p, as the operator sees them unless the headers say otherwise. */
export async function openLive(
  to: TestApp,
  headers: Record<string, string> = { authorization: `Bearer ${to.adminToken}` },
): Promise<LiveStream> {
  const leave = new AbortController();
  const reply = await fetch(`${to.url}/api/projects/p/live`, { headers, signal: leave.signal });
  const messages = messagesOf(reply);
  return { reply, leave: () => leave.abort(), next: async () => (await messages.next()).value ?? undefined };
}

/** The ids of the next events, in order; of as many messages as it takes. */
export async function idsOf(stream: Pick<LiveStream, "next">, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const message = await stream.next();
    if (message?.event !== "events") throw new Error("the stream is over");
    ids.push(...liveMessages.events.parse(message.data).events.map(({ eventId }) => eventId));
  }
  return ids;
}

/** The messages of a stream as they come, each as the contract has it. */
async function* messagesOf(reply: Response): AsyncGenerator<LiveMessage> {
  let text = "";
  for await (const chunk of reply.body ?? []) {
    text += Buffer.from(chunk).toString();
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const [, event, data = ""] = /event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
      if (event !== "hello" && event !== "events" && event !== "bye") continue;
      yield { event, data: liveMessages[event].parse(JSON.parse(data)) };
    }
  }
}
