import { type Camera } from '../../geometry/camera.js';

/** A calibration format that is one JSON document. */
export interface JsonCalibration {
  name: string;
  matches(json: JsonObject): boolean;
  /** @param file what to call the file in errors. */
  parse(json: JsonObject, file: string): Camera[];
}

/** A calibration format that is one text. */
export interface TextCalibration {
  name: string;
  matches(text: string): boolean;
  parse(text: string, file: string): Camera[];
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
