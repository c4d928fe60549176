/** Where one principal finds each service: the file that the real binaries read with `--endpoints`. */
export interface EndpointsFile {
  readonly metadata: string;
  readonly jwks: string;
  readonly compute: string;
  readonly loggingRest: string;
  readonly loggingGrpc: string;
  readonly firestore: string;
  readonly secretManager: string;
  readonly kms: string;
  readonly iam: string;
}
