import { PickleMachine } from './pickle-machine.js';
import { pickleOperations } from './pickle-operations.js';

const stop = '.'.charCodeAt(0);

/**
 * Reads a Python pickle (protocols 0 to 5) without executing anything.
 *
 * Dictionaries become maps, tuples and lists arrays, bytes `Uint8Array`, Python 2 strings text of one character a
 * byte; arrays of NumPy, SciPy's sparse matrices and chumpy's arrays the classes of `pickle-classes.ts`. A pickle that
 * asks for any other class is refused by its name, and so is one that makes far more values than its size warrants.
 *
 * @param where what to call the file in errors.
 */
export function readPickle(bytes: Uint8Array, where = 'pickle'): unknown {
  const machine = new PickleMachine(bytes);
  try {
    for (;;) {
      const code = machine.stream.uint8();
      if (code === stop) return machine.pop();
      const operation = pickleOperations[code];
      if (!operation) throw new Error(`expected a pickle, got the code ${code} at ${machine.stream.offset - 1}`);
      operation(machine);
    }
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message.replace(/\.$/, '')}.`, { cause: error });
  }
}
