/** A secret as the review shows it: never its value. */
export interface SecretSummary {
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
}
