/**
 * Reasons: the system's error codes in words, so that a message says what is wrong and not "EACCES".
 *
 * Invariants
 *  A1  The result completes a sentence: `"photo.jpg" cannot be read: <reason>.`
 *  A2  A code without words of its own falls back to the system's message.
 */
import { causeText, systemCode } from "../errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  ENOENT: "it does not exist",
  ENOTDIR: "a part of its path is a file, not a folder",
  EISDIR: "it is a folder",
  EEXIST: "a file of that name is in the way",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EMFILE: "too many files are open",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
};

/** Why a call to the file system failed, in words. */
export function reason(cause: unknown): string {
  const code = systemCode(cause);
  return (code === undefined ? undefined : REASONS[code]) ?? causeText(cause);
}
