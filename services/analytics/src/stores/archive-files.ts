/** Where archive files are kept: a directory, or a bucket of an S3-compatible store. Paths are relative, with slashes. */
export type ArchiveFiles = {
  /** For people: without credentials. */
  place: string;
  /** Stores the local file under the path, whole or not at all, and resolves when it is safe. */
  put(path: string, localFile: string): Promise<void>;
  /** Writes what is stored under the path into the local file. @throws ArchiveFileMissingError */
  get(path: string, localFile: string): Promise<void>;
  /** Nothing there is fine. */
  remove(path: string): Promise<void>;
  close(): void;
};

export class ArchiveFileMissingError extends Error {
  override readonly name = "ArchiveFileMissingError";

  constructor(path: string, cause?: unknown) {
    super(`the archive has no file ${path}`, { cause });
  }
}
