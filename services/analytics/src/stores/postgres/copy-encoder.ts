import type { EventRow } from "../event-store.js";

/** The columns of app_event in the order that `encodeRows` writes them. */
export const copyColumns = `occurred_at, received_at, corrected_at, project_key, name_key, device_key, is_bot,
  actor_is_user, event_id, session_id, actor_id, country, event_id_text, properties`;

const columnCount = 14;

/** How much is gathered before it is handed to the socket. */
const chunkBytes = 256 * 1024;

// A row but its three texts: 14 lengths and 14 values of at most 16 bytes each.
const fixedBytesPerRow = 300;

/**
 * Rows in COPY's binary format (PostgreSQL manual, "COPY", Binary Format): half the work of the text format at both ends, for
 * times and ids are written as the bytes that the table stores.
 */
export function* encodeRows(rows: readonly EventRow[]): Generator<Buffer> {
  let writer = createWriter();
  writer.signature();
  for (const row of rows) {
    const room = fixedBytesPerRow + 3 * textLength(row);
    if (!writer.hasRoom(room)) {
      yield writer.done();
      writer = createWriter(room);
    }
    writeRow(writer, row);
  }
  if (!writer.hasRoom(2)) {
    yield writer.done();
    writer = createWriter();
  }
  writer.trailer();
  yield writer.done();
}

function textLength({ event }: EventRow): number {
  return (event.properties?.length ?? 0) + (event.eventIdText?.length ?? 0) + (event.country?.length ?? 0);
}

function writeRow(writer: Writer, { event, projectKey, nameKey, deviceKey }: EventRow): void {
  writer.startRow(columnCount);
  writer.instant(event.occurredAt);
  writer.instant(event.receivedAt);
  if (event.correctedAt === null) writer.absent();
  else writer.instant(event.correctedAt);
  writer.integer(projectKey);
  writer.integer(nameKey);
  writer.integer(deviceKey);
  writer.flag(event.isBot);
  writer.flag(event.actor?.kind === "user");
  writer.uuid(event.eventId);
  writer.uuid(event.sessionId);
  if (event.actor === null) writer.absent();
  else writer.uuid(event.actor.id);
  writer.text(event.country);
  writer.text(event.eventIdText);
  writer.json(event.properties);
}

type Writer = ReturnType<typeof createWriter>;

// "PGCOPY\n\377\r\n\0", no flags, no header extension.
const signature = Buffer.from("5047434f50590aff0d0a000000000000000000", "hex");

// PostgreSQL counts microseconds from 2000-01-01, UTC.
const postgresEpochMs = Date.UTC(2000, 0, 1);
const twoTo32 = 4_294_967_296;

const hexDigits = new Uint8Array(128);
for (let digit = 0; digit < 16; digit += 1) hexDigits[digit.toString(16).charCodeAt(0)] = digit;

// Where the 16 pairs of digits of a canonical UUID begin.
const uuidPairs = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

function createWriter(atLeast = 0) {
  const buffer = Buffer.allocUnsafe(Math.max(chunkBytes, atLeast));
  let at = 0;

  function text(value: string | null): void {
    if (value === null) {
      at = buffer.writeInt32BE(-1, at);
      return;
    }
    const length = buffer.write(value, at + 4, "utf8");
    buffer.writeInt32BE(length, at);
    at += 4 + length;
  }

  return {
    hasRoom: (bytes: number): boolean => at + bytes <= buffer.length,
    done: (): Buffer => buffer.subarray(0, at),
    signature: (): void => {
      at += signature.copy(buffer, at);
    },
    trailer: (): void => {
      at = buffer.writeInt16BE(-1, at);
    },
    startRow: (columns: number): void => {
      at = buffer.writeInt16BE(columns, at);
    },
    absent: (): void => {
      at = buffer.writeInt32BE(-1, at);
    },
    integer: (value: number): void => {
      at = buffer.writeInt32BE(4, at);
      at = buffer.writeInt32BE(value, at);
    },
    flag: (value: boolean): void => {
      at = buffer.writeInt32BE(1, at);
      buffer[at] = value ? 1 : 0;
      at += 1;
    },
    instant: (ms: number): void => {
      const micros = (ms - postgresEpochMs) * 1_000;
      const high = Math.floor(micros / twoTo32);
      at = buffer.writeInt32BE(8, at);
      at = buffer.writeInt32BE(high, at);
      at = buffer.writeUInt32BE(micros - high * twoTo32, at);
    },
    uuid: (value: string): void => {
      at = buffer.writeInt32BE(16, at);
      for (let pair = 0; pair < 16; pair += 1) {
        const digit = uuidPairs[pair] as number;
        buffer[at + pair] =
          ((hexDigits[value.charCodeAt(digit)] as number) << 4) | (hexDigits[value.charCodeAt(digit + 1)] as number);
      }
      at += 16;
    },
    text,
    json: (value: string | null): void => {
      if (value === null) {
        at = buffer.writeInt32BE(-1, at);
        return;
      }
      // jsonb_recv wants the version of its format first: 1.
      buffer[at + 4] = 1;
      const length = buffer.write(value, at + 5, "utf8");
      buffer.writeInt32BE(length + 1, at);
      at += 5 + length;
    },
  };
}
