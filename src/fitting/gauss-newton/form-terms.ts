import { type EnergyTerm } from '../../energies/energy-term.js';
import {
  type AccelerationForm,
  type DiagonalForm,
  type GaussNewtonForm,
  type NeutralForm,
  type PointForm,
} from '../../energies/gauss-newton-form.js';

/** A term's form with the term's name and weight. */
export interface Weighted<Form extends GaussNewtonForm> {
  name: string;
  weight: number;
  form: Form;
}

/** The active terms of a stage by the kind of their form. */
export interface FormTerms {
  points: Weighted<PointForm>[];
  neutral: Weighted<NeutralForm>[];
  diagonal: Weighted<DiagonalForm>[];
  acceleration: Weighted<AccelerationForm>[];
}

/** @throws a term has no Gauss-Newton form. */
export function sortByForm(terms: EnergyTerm[]): FormTerms {
  const sorted: FormTerms = { points: [], neutral: [], diagonal: [], acceleration: [] };
  for (const { name, weight, gaussNewton: form } of terms) {
    if (!form) throw new Error(`gauss-newton: term '${name}' has no Gauss-Newton form; use the solver adamw.`);
    if (form.kind === 'points') sorted.points.push({ name, weight, form });
    else if (form.kind === 'neutralPoints') sorted.neutral.push({ name, weight, form });
    else if (form.kind === 'diagonal') sorted.diagonal.push({ name, weight, form });
    else sorted.acceleration.push({ name, weight, form });
  }
  return sorted;
}
