/** What a person can mend: printed as one line. Anything else that is thrown is a mistake of ours and keeps its stack. */
export class ImageError extends Error {}
