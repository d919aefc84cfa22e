import type { RecostInput, RecostReply } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { recost } from "../../../api/prices";
import { addRecost } from "./add-recost";

export type RecostQuestion = Pick<RecostInput, "model" | "from" | "to">;

/** A recost, request after request until it is through; `soFar` grows meanwhile. Leaving the page stops it between two steps. */
export function useRecost() {
  const client = useQueryClient();
  const [soFar, setSoFar] = useState<RecostReply | null>(null);
  const stopping = useRef<AbortController | null>(null);
  useEffect(() => () => stopping.current?.abort(), []);
  const run = useMutation({
    mutationFn: async ({ question, dryRun }: { question: RecostQuestion; dryRun: boolean }) => {
      const controller = new AbortController();
      stopping.current = controller;
      setSoFar(null);
      let sum: RecostReply | null = null;
      let cursor: string | null = null;
      do {
        const body: RecostInput = { ...question, dryRun, ...(cursor === null ? {} : { cursor }) };
        const reply: RecostReply = await recost(body, controller.signal);
        sum = sum === null ? reply : addRecost(sum, reply);
        setSoFar(sum);
        cursor = reply.nextCursor;
      } while (cursor !== null);
      return sum;
    },
    onSettled: (_, __, { dryRun }) => {
      if (!dryRun) return client.invalidateQueries({ queryKey: ["costs"] });
    },
  });
  return { run, soFar, stop: () => stopping.current?.abort() };
}
