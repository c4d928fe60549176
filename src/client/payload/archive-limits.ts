/** What an archive may be at most. It lies in memory three times for a moment. */
export const archiveLimits = {
  entries: 1_000,
  /** Of all files together. */
  fileBytes: 16 * 1024 * 1024,
  /** Of the tar, headers and padding too. */
  tarBytes: 18 * 1024 * 1024,
  /** Names on the way to a file, its own too. */
  depth: 16,
} as const;
