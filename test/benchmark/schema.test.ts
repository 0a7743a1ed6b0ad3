// The published JSON Schemas say what the types say.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { jsonSchemas } from '../../src/benchmark/json-schemas.js';

const FOLDER = new URL('../../schemas/', import.meta.url);

test('schemas/ is what `npm run schemas` would write', () => {
  const published = readdirSync(FOLDER).map((name): [string, unknown] => [
    name,
    JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')),
  ]);
  expect(Object.fromEntries(published)).toEqual(JSON.parse(JSON.stringify(jsonSchemas())));
});

test('every field below the top has a description, or is an object whose fields have one', () => {
  for (const [name, schema] of Object.entries(jsonSchemas())) expect(undescribed(schema, name)).toEqual([]);
});

/** Paths of the schema's leaves that nothing explains. */
function undescribed(schema: unknown, path: string): string[] {
  if (!isRecord(schema) || 'const' in schema || 'description' in schema) return [...below(schema, path)];
  const inner = below(schema, path);
  return isRecord(schema.properties) || Array.isArray(schema.anyOf) ? inner : [path, ...inner];
}

function below(schema: unknown, path: string): string[] {
  if (!isRecord(schema)) return [];
  const named = isRecord(schema.properties) ? Object.entries(schema.properties) : [];
  const choices = Array.isArray(schema.anyOf)
    ? schema.anyOf.map((choice, i): [string, unknown] => [`${i}`, choice])
    : [];
  const own = choices.filter(([, choice]) => isRecord(choice) && isRecord(choice.properties));
  return [...named, ...own].flatMap(([field, value]) => undescribed(value, `${path}/${field}`));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
