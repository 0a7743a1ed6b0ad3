// What a result says about how it was made: the arguments, less the places on somebody's disk.
const PLACES = ['data', 'cache', 'out'];

export function argumentsOf(values: Readonly<Record<string, string | boolean | undefined>>): string {
  const told = Object.entries(values).filter(
    ([name, value]) => !PLACES.includes(name) && value !== undefined && value !== false,
  );
  return told.map(([name, value]) => (value === true ? `--${name}` : `--${name} ${value}`)).join(' ');
}
