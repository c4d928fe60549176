import type * as TinkCrypto from 'tink-crypto';

// tink-crypto reads the global `self` while it loads. Nothing else may be defined: with a global `window` Google's libraries
// would take this process for a browser.
Object.assign(globalThis, { self: globalThis });

let loading: Promise<typeof TinkCrypto> | undefined;

/** The library, loaded once and with its AEAD primitives registered. Only this room knows it. */
export function loadTink(): Promise<typeof TinkCrypto> {
  loading ??= import('tink-crypto').then((tink) => {
    tink.aead.register();
    return tink;
  });
  return loading;
}
