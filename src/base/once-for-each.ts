/**
 * The same function, which asks no more than once for the same object. Neither the object nor what was made of it may be changed
 * afterwards. An error is not kept. What is kept goes when the object goes.
 */
export function onceForEach<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
  const kept = new WeakMap<Of, { readonly made: Made }>();
  return (of) => {
    const known = kept.get(of) ?? { made: make(of) };
    kept.set(of, known);
    return known.made;
  };
}
