import { parsePlainJson } from '@ginkoai/contract';
import * as z from 'zod';

/** A text column that holds JSON of the given form. */
export function jsonColumn<T>(schema: z.ZodType<T>): z.ZodType<T> {
  return z
    .string()
    .transform((text, context) => {
      const parsed = parsePlainJson(text);
      if (parsed.ok) return parsed.value;
      context.addIssue({ code: 'custom', message: parsed.failure.message });
      return z.NEVER;
    })
    .pipe(schema);
}
