import * as tf from '@tensorflow/tfjs';
import { rotationMatrices } from '../tensor/safe-math.js';
import { type ChainState } from './joint-chain.js';

/** What `fusedJointChain` computes, in tfjs operations: for backends on a graphics card. */
export function tensorJointChain(parents: Int32Array, state: ChainState<tf.Tensor>) {
  const [J, F] = [parents.length, state.jointPose.shape[0]];
  const local = rotationMatrices(state.jointPose.reshape([-1, 3]) as tf.Tensor2D).reshape([F, J * 9]) as tf.Tensor2D;
  const ones = tf.ones([F, 1, 1]);
  const at = (j: number) => tf.mul(state.joints.slice([j, 0], [1, 3]).reshape([1, 3, 1]), ones) as tf.Tensor3D;
  const rotations: tf.Tensor3D[] = [];
  const positions: tf.Tensor[] = [];
  const columns = Array.from(parents, (parent, j) => {
    const own = local.slice([0, j * 9], [F, 9]).reshape([F, 3, 3]) as tf.Tensor3D;
    const above = parent < 0 ? (state.headRotation as tf.Tensor3D) : rotations[parent];
    rotations[j] = tf.matMul(above, own) as tf.Tensor3D;
    const bone = parent < 0 ? at(j) : (tf.sub(at(j), at(parent)) as tf.Tensor3D);
    const base = parent < 0 ? state.headTranslation.reshape([F, 3, 1]) : positions[parent];
    positions[j] = tf.add(base, tf.matMul(above, bone));
    const translation = tf.sub(positions[j], tf.matMul(rotations[j], at(j)));
    return tf.concat([rotations[j], translation as tf.Tensor3D], 2).reshape([F, 12, 1]) as tf.Tensor3D;
  });
  return { transforms: tf.concat(columns, 2), local };
}
