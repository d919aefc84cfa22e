import { createReadStream, createWriteStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ArchiveFileMissingError, type ArchiveFiles } from "../archive-files.js";

export type S3Place = {
  bucket: string;
  /** '' or with a slash at its end. */
  prefix: string;
  region: string;
  /** Null: Amazon's own. Others are asked for `/bucket/key`. */
  endpoint: string | null;
  /** Null: where the SDK finds them by itself (AWS_ACCESS_KEY_ID …, the machine's role). */
  credentials: { accessKeyId: string; secretAccessKey: string } | null;
};

const maxAttempts = 5;
const connectTimeoutMs = 5_000;
const silenceTimeoutMs = 60_000;
// What is in memory can be sent again; a stream is read once.
const maxBytesInMemory = 32 * 1024 * 1024;

// What goes wrong is thrown: the SDK need not print it as well.
const silent = { debug: noop, info: noop, warn: noop, error: noop };

/** Objects of a bucket; of one put each, so up to 5 GB. */
export function createS3Files({ bucket, prefix, region, endpoint, credentials }: S3Place): ArchiveFiles {
  const client = new S3Client({
    region,
    maxAttempts,
    logger: silent,
    requestHandler: { connectionTimeout: connectTimeoutMs, requestTimeout: silenceTimeoutMs },
    // Amazon's newest checksums are unknown to most other stores. Each file is read back and hashed anyway.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === null ? {} : { credentials }),
  });
  const keyOf = (file: string) => ({ Bucket: bucket, Key: `${prefix}${file}` });

  return {
    place: `s3://${bucket}/${prefix}`,
    async put(file, localFile) {
      const { size } = await stat(localFile);
      const Body = size <= maxBytesInMemory ? await readFile(localFile) : createReadStream(localFile);
      await client.send(new PutObjectCommand({ ...keyOf(file), Body, ContentLength: size }));
    },
    async get(file, localFile) {
      try {
        const { Body } = await client.send(new GetObjectCommand(keyOf(file)));
        // In Node it is a stream of Node's.
        await pipeline(Body as Readable, createWriteStream(localFile));
      } catch (error) {
        if (error instanceof NoSuchKey) throw new ArchiveFileMissingError(file, error);
        throw error;
      }
    },
    async remove(file) {
      await client.send(new DeleteObjectCommand(keyOf(file)));
    },
    close: () => client.destroy(),
  };
}

function noop(): void {}
