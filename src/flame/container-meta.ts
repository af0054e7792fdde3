import { type NpyArray } from '../tensor/npy.js';

export const containerFormat = 'flowfit-head/1';

/** The JSON part of a head model container (docs/head-container.md). */
export interface ContainerMeta {
  format: string;
  name: string;
  licence: string;
  source: string;
  jointNames: string[];
  shapeNames?: string[];
  expressionNames?: string[];
  shapeBasisHash?: string;
  uvLayouts?: Record<string, { hash?: string; registeredTo?: string }>;
}

/** Reads the `meta` array; a file of another format is refused by what it calls itself. */
export function parseContainerMeta(arrays: Record<string, NpyArray>): ContainerMeta {
  if (arrays.meta?.dtype !== 'uint8') {
    const keys = Object.keys(arrays).slice(0, 12).join(', ') || 'none';
    throw new Error(
      `head model: expected a container of format ${containerFormat}, got a file with the arrays ${keys}.`,
    );
  }
  const meta = parseJson(arrays.meta.data as Uint8Array) as Partial<ContainerMeta>;
  if (meta?.format !== containerFormat) {
    throw new Error(`head model: expected the format ${containerFormat}, got ${JSON.stringify(meta?.format)}.`);
  }
  const { name = 'unnamed', licence = 'unknown', source = '', jointNames = [] } = meta;
  for (const names of [jointNames, meta.shapeNames ?? [], meta.expressionNames ?? []]) {
    if (!Array.isArray(names) || names.some((entry) => typeof entry !== 'string')) {
      throw new Error(
        `head model ${name}: expected lists of names in meta, got ${JSON.stringify(names).slice(0, 60)}.`,
      );
    }
  }
  return { ...meta, format: containerFormat, name, licence, source, jointNames };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Error('head model: expected JSON in meta, got something else.');
  }
}

export function formatContainerMeta(meta: ContainerMeta): NpyArray {
  const data = new TextEncoder().encode(JSON.stringify(meta));
  return { dtype: 'uint8', shape: [data.length], data };
}
