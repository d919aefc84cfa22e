import type Anthropic from "@anthropic-ai/sdk";
import type { GenerateContentResponseUsageMetadata } from "@google/genai";
import type { UsageRecordInput } from "@mobigen/analytics-contract";
import { usageRecordSchema } from "@mobigen/analytics-contract";
import type OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { price } from "../test/support/prices.js";
import { moneyToNumber } from "./money.js";
import { partsOf, priceCall } from "./pricing.js";
import { tokensOf } from "./usage-record.js";

type Tokens = Omit<UsageRecordInput, "userId" | "model">;

// The table of docs/API.md, as code. Anthropic counts cache tokens beside the input.
function fromAnthropic(usage: Anthropic.Usage): Tokens {
  return {
    inputTokens: usage.input_tokens,
    inputTokensExcludeCache: true,
    outputTokens: usage.output_tokens,
    cacheReadTokens: usage.cache_read_input_tokens ?? 0,
    cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
    cacheWrite1hTokens: usage.cache_creation?.ephemeral_1h_input_tokens ?? 0,
    serviceTier: usage.service_tier ?? "standard",
  };
}

// OpenAI counts cached tokens inside the prompt, reasoning inside the completion.
function fromChatCompletion(usage: OpenAI.CompletionUsage): Tokens {
  return {
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    cacheReadTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
  };
}

function fromResponse(usage: OpenAI.Responses.ResponseUsage): Tokens {
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheReadTokens: usage.input_tokens_details.cached_tokens,
    reasoningTokens: usage.output_tokens_details.reasoning_tokens,
  };
}

// Gemini counts cached tokens inside the prompt, but thoughts beside the candidates, and what tools gave beside the prompt.
function fromGemini(usage: GenerateContentResponseUsageMetadata): Tokens {
  const thoughts = usage.thoughtsTokenCount ?? 0;
  return {
    inputTokens: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
    outputTokens: (usage.candidatesTokenCount ?? 0) + thoughts,
    cacheReadTokens: usage.cachedContentTokenCount ?? 0,
    reasoningTokens: thoughts,
  };
}

function costs(tokens: Tokens, row: ReturnType<typeof price>) {
  const call = tokensOf(usageRecordSchema.parse({ userId: "u", model: "m", ...tokens }));
  const { inputCost, outputCost, cacheCost } = priceCall(call, row);
  const parts = Object.fromEntries(partsOf(call, row).map(({ part, tokens }) => [part, tokens]));
  return { call, parts, inDollars: [inputCost, outputCost, cacheCost].map(moneyToNumber) };
}

describe("a provider's own usage object", () => {
  it("of Anthropic: cache tokens are added to the input, each charged once", () => {
    const usage: Anthropic.Usage = {
      input_tokens: 50,
      output_tokens: 500,
      output_tokens_details: null,
      cache_read_input_tokens: 100_000,
      cache_creation_input_tokens: 30_000,
      cache_creation: { ephemeral_5m_input_tokens: 20_000, ephemeral_1h_input_tokens: 10_000 },
      inference_geo: null,
      server_tool_use: null,
      service_tier: "standard",
      speed: null,
    };
    const sonnet = price({ input: 3, output: 15, cacheRead: "0.3", cacheWrite: "3.75", cacheWrite1h: 6 });
    const { call, parts, inDollars } = costs(fromAnthropic(usage), sonnet);
    expect(call.inputTokens).toBe(130_050);
    expect(parts).toEqual({ input: 50, cacheRead: 100_000, cacheWrite: 20_000, cacheWrite1h: 10_000, output: 500 });
    // 50 × $3 + 100,000 × $0.30 + 20,000 × $3.75 + 10,000 × $6, a million each.
    expect(inDollars).toEqual([0.16515, 0.0075, 0.165]);
  });

  it("of Anthropic without a cache: the nulls are zeros", () => {
    const usage: Anthropic.Usage = {
      input_tokens: 2_095,
      output_tokens: 503,
      output_tokens_details: null,
      cache_read_input_tokens: null,
      cache_creation_input_tokens: null,
      cache_creation: null,
      inference_geo: null,
      server_tool_use: null,
      service_tier: "batch",
      speed: null,
    };
    const { call, parts } = costs(fromAnthropic(usage), price());
    expect(call.inputTokens).toBe(2_095);
    expect(parts).toEqual({ input: 2_095, output: 503 });
  });

  it("of OpenAI's chat completions: cached tokens are inside the prompt, reasoning inside the completion", () => {
    const usage: OpenAI.CompletionUsage = {
      prompt_tokens: 2_006,
      completion_tokens: 300,
      total_tokens: 2_306,
      prompt_tokens_details: { cached_tokens: 1_920, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 128, audio_tokens: 0 },
    };
    const { call, parts, inDollars } = costs(
      fromChatCompletion(usage),
      price({ input: "2.5", output: 10, cacheRead: "1.25" }),
    );
    expect(call.inputTokens + call.outputTokens).toBe(usage.total_tokens);
    expect(parts).toEqual({ input: 86, cacheRead: 1_920, output: 300 });
    expect(inDollars).toEqual([0.002615, 0.003, 0.0024]);
  });

  it("of OpenAI's responses: the same under other names", () => {
    const usage: OpenAI.Responses.ResponseUsage = {
      input_tokens: 2_006,
      input_tokens_details: { cached_tokens: 1_920 },
      output_tokens: 300,
      output_tokens_details: { reasoning_tokens: 128 },
      total_tokens: 2_306,
    };
    const { call, parts } = costs(fromResponse(usage), price({ cacheRead: "1.25" }));
    expect(parts).toEqual({ input: 86, cacheRead: 1_920, output: 300 });
    expect(call.reasoningTokens).toBe(128);
  });

  it("of Gemini: thoughts are output beside the candidates, what tools gave is input beside the prompt", () => {
    const usage: GenerateContentResponseUsageMetadata = {
      promptTokenCount: 10_000,
      cachedContentTokenCount: 8_000,
      toolUsePromptTokenCount: 500,
      candidatesTokenCount: 700,
      thoughtsTokenCount: 1_300,
      totalTokenCount: 12_500,
    };
    const { call, parts, inDollars } = costs(
      fromGemini(usage),
      price({ input: "0.3", output: "2.5", cacheRead: "0.03" }),
    );
    expect(call.inputTokens + call.outputTokens).toBe(usage.totalTokenCount);
    expect(parts).toEqual({ input: 2_500, cacheRead: 8_000, output: 2_000 });
    expect(inDollars).toEqual([0.00099, 0.005, 0.00024]);
  });

  it("of Anthropic, sent as if it were inclusive, is refused instead of charged too little", () => {
    const { inputTokensExcludeCache: _, ...tokens } = fromAnthropic({
      input_tokens: 50,
      output_tokens: 1,
      output_tokens_details: null,
      cache_read_input_tokens: 100_000,
      cache_creation_input_tokens: 0,
      cache_creation: null,
      inference_geo: null,
      server_tool_use: null,
      service_tier: null,
      speed: null,
    });
    const result = usageRecordSchema.safeParse({ userId: "u", model: "m", ...tokens });
    expect(result.error?.issues[0]).toMatchObject({
      path: ["cacheReadTokens"],
      message: expect.stringContaining("inputTokensExcludeCache"),
    });
  });
});
