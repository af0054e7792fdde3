import { type ChainShape } from './border-chain.js';
import { graphBytes, type GraphNode, type GraphValue, modelBytes } from './onnx-graph.js';

/**
 * The bytes of an ONNX model of a {@link BorderChain}: one `Scan` over the frames, in double precision, whose body takes
 * the border one frame on and adds to the Gram matrix.
 *
 * Inputs `border [F, n, s]` and `inverse`, and where the chain is coupled `first`, `second` `[F, n, n]`; outputs
 * `rows [F, n, s]` and `gram [s, s]`.
 */
export function chainGraph({ n, s, coupled }: ChainShape): Uint8Array {
  const value = (name: string, ...sizes: (number | string)[]): GraphValue => ({ name, type: 'float64', sizes });
  const gemm = (inputs: string[], output: string, alpha: number, transA: number): GraphNode => ({
    operator: 'Gemm',
    inputs,
    outputs: [output],
    attributes: { alpha: { float: alpha }, transA: { integer: transA } },
  });
  const links = coupled ? ['first', 'second'] : [];
  const states = coupled ? ['before', 'earlier'] : [];
  const behind = coupled
    ? [gemm(['first', 'before', 'border'], 'lessFirst', -1, 0), gemm(['second', 'earlier', 'lessFirst'], 'left', -1, 0)]
    : [];
  const kept: GraphNode[] = coupled ? [{ operator: 'Identity', inputs: ['before'], outputs: ['passed'] }] : [];
  const body = graphBytes(
    [
      ...behind,
      gemm(['inverse', coupled ? 'left' : 'border'], 'row', 1, 1),
      gemm(['row', 'row', 'gram'], 'sum', 1, 1),
      ...kept,
      { operator: 'Identity', inputs: ['row'], outputs: ['scanned'] },
    ],
    [
      value('gram', s, s),
      ...states.map((name) => value(name, n, s)),
      value('border', n, s),
      value('inverse', n, n),
      ...links.map((name) => value(name, n, n)),
    ],
    [value('sum', s, s), ...(coupled ? [value('row', n, s), value('passed', n, s)] : []), value('scanned', n, s)],
  );
  const inputs = ['border', 'inverse', ...links];
  const scan: GraphNode = {
    operator: 'Scan',
    inputs: ['noGram', ...states.map(() => 'noRow'), ...inputs],
    outputs: ['gram', ...states.map((name) => `last ${name}`), 'rows'],
    attributes: { body: { graph: body }, num_scan_inputs: { integer: inputs.length } },
  };
  const graph = graphBytes(
    [scan],
    [
      value('noGram', s, s),
      ...(coupled ? [value('noRow', n, s)] : []),
      value('border', 'F', n, s),
      ...['inverse', ...links].map((name) => value(name, 'F', n, n)),
    ],
    [value('gram', s, s), value('rows', 'F', n, s)],
  );
  return modelBytes(graph);
}
