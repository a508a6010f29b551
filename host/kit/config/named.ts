// Keys of the config file as code names them: `ban_time` is the property banTime, and that is said nowhere else.

type Property<Key> = Key extends `${infer Word}_${infer Others}` ? `${Word}${Capitalize<Property<Others>>}` : Key;

/** The values of a mapping's keys by the names of properties. Mappings in it keep their keys. */
export function named<T extends object>(keys: T): { readonly [Key in keyof T as Property<Key>]: T[Key] } {
  const entries = Object.entries(keys).map(([key, value]) => [
    key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(entries);
}
