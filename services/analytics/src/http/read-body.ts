import { isUtf8 } from "node:buffer";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";
import type { Request, RequestHandler, Response } from "express";
import { ApiError } from "../errors.js";

/** A body that is not complete after this long is given up: slower than any mobile network that still works. */
export const bodyTimeoutMs = 15_000;

type Decompress = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const decompressors: Record<string, Decompress> = {
  gzip: promisify(gunzip) as Decompress,
  "x-gzip": promisify(gunzip) as Decompress,
  deflate: inflateEither,
  br: promisify(brotliDecompress) as Decompress,
};

/**
 * Reads a JSON body of at most `maxBytes`, before and after decompression, into `req.body`. Refuses, as ApiError: 415 for
 * another content type or an unknown encoding, 413 past the bound (at once when Content-Length says so), 408 when it comes too
 * slowly, 400 for an empty body, invalid UTF-8, broken JSON, and a client that hangs up.
 */
export function readBody(maxBytes: number, { timeoutMs = bodyTimeoutMs } = {}): RequestHandler {
  return async (req, res, next) => {
    const decompress = checkHeaders(req, maxBytes);
    if (req.headers.expect?.toLowerCase() === "100-continue") res.writeContinue();
    const sent = await collect(req, res, maxBytes, timeoutMs);
    const body = decompress === undefined ? sent : await unpack(sent, decompress, maxBytes);
    req.body = parseJson(body);
    next();
  };
}

function checkHeaders(req: Request, maxBytes: number): Decompress | undefined {
  const length = req.headers["content-length"];
  const isEmpty = length === "0" || (length === undefined && req.headers["transfer-encoding"] === undefined);
  if (isEmpty) throw new ApiError("invalid_json", "The body is empty.");
  if (!isJson(req.headers["content-type"])) {
    throw new ApiError(
      "unsupported_media_type",
      "The body must be JSON in UTF-8: send Content-Type: application/json.",
      {
        headers: { "Accept-Post": "application/json" },
      },
    );
  }
  const encoding = (req.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  const decompress = Object.hasOwn(decompressors, encoding) ? decompressors[encoding] : undefined;
  if (decompress === undefined && encoding !== "identity" && encoding !== "") {
    throw new ApiError("unsupported_encoding", "Content-Encoding must be gzip, deflate, br or absent.", {
      headers: { "Accept-Encoding": "gzip, deflate, br" },
    });
  }
  if (length !== undefined && Number(length) > maxBytes) throw tooLarge(maxBytes);
  return decompress;
}

function isJson(contentType: string | undefined): boolean {
  const [type = "", ...parameters] = (contentType ?? "").split(";").map((part) => part.trim().toLowerCase());
  if (type !== "application/json") return false;
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length);
  return charset === undefined || /^"?utf-?8"?$/.test(charset);
}

function collect(req: Request, res: Response, maxBytes: number, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => {
      fail(new ApiError("request_timeout", `The body did not arrive within ${timeoutMs / 1_000} seconds.`));
    }, timeoutMs);

    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) fail(tooLarge(maxBytes));
      else chunks.push(chunk);
    };
    const onEnd = () => {
      stop();
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size));
    };
    const onGone = () => fail(new ApiError("body_incomplete", "The body ended before it was complete."));

    const stop = () => {
      clearTimeout(timer);
      req.off("data", onData).off("end", onEnd).off("error", onGone);
      res.off("close", onGone);
    };
    const fail = (error: ApiError) => {
      stop();
      // An error that comes after this one is of a request that is refused already.
      req.on("error", () => undefined);
      req.pause();
      reject(error);
    };
    req.on("data", onData).on("end", onEnd).on("error", onGone);
    res.on("close", onGone);
  });
}

async function unpack(body: Buffer, decompress: Decompress, maxBytes: number): Promise<Buffer> {
  try {
    return await decompress(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
    throw new ApiError("invalid_json", "The body is not what its Content-Encoding says.", { cause: error });
  }
}

/** "deflate" means zlib by its RFC, and raw deflate by some clients: the low four bits of a zlib body are its method, 8. */
function inflateEither(body: Buffer, options: { maxOutputLength: number }): Promise<Buffer> {
  const isZlib = ((body[0] ?? 0) & 0x0f) === 0x08;
  return (promisify(isZlib ? inflate : inflateRaw) as Decompress)(body, options);
}

function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new ApiError("invalid_json", "The body is not valid UTF-8.");
  const hasByteOrderMark = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  const text = body.toString("utf8", hasByteOrderMark ? 3 : 0);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (text.trim() === "") throw new ApiError("invalid_json", "The body is empty.");
    // The parser's own text quotes the body; only the place is passed on.
    const position = (error as Error).message.match(/at position (\d+)/)?.[1];
    throw new ApiError(
      "invalid_json",
      `The body is not valid JSON${position === undefined ? "" : ` at position ${position}`}.`,
    );
  }
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError("body_too_large", `The body must have at most ${maxBytes} bytes, decompressed.`);
}
