/**
 * ONNX Runtime with its own log off: a refused provider is reported to the caller, so the log would say it twice. The
 * level counts from the first session on, so every part that makes one loads the runtime here.
 *
 * @throws onnxruntime-node is not installed or does not load.
 */
export async function loadOnnxRuntime(): Promise<typeof import('onnxruntime-node')> {
  const runtime = await import('onnxruntime-node');
  runtime.env.logLevel = 'fatal';
  return runtime;
}
