import { type HeadModel } from '../../flame/head-model.js';
import { transferLayout } from '../../flame/registration/transfer-layout.js';
import { loadHeadModel } from '../head-model-file.js';

/** The UV layout of the open head, for which the project's own networks and skins are made. */
export const openHeadLayout = 'open-head/1';

/**
 * A head model with a place in the open head's UV layout, found by registering its template to the open head, and with
 * the landmarks, regions and vertex weights that it lacks. Takes some seconds; what `flowfit model import` writes has
 * it already.
 */
export async function withOpenHeadLayout(head: HeadModel): Promise<HeadModel> {
  return transferLayout(head, await loadHeadModel(), openHeadLayout);
}
