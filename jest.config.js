/** Tests run the TypeScript sources directly; swc turns them into CommonJS, so native add-ons load as usual. */
const common = {
  testEnvironment: './test/environment.cjs',
  // Looked up through the sandbox, Math makes numeric loops ten times slower.
  sandboxInjectedGlobals: ['Math'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};

/** Every test on the backend of FLOWFIT_BACKEND (default wasm), those of gradients on the cpu backend too. */
export default {
  projects: [
    { ...common, displayName: 'flowfit', testMatch: ['<rootDir>/test/**/*.test.ts'] },
    {
      ...common,
      displayName: 'gradients on cpu',
      testMatch: [
        '<rootDir>/test/energies/*.test.ts',
        '<rootDir>/test/flame/{head-tensors,joint-chain,vertex-kernel}.test.ts',
        '<rootDir>/test/fitting/reprojection-kernel.test.ts',
        '<rootDir>/test/tensor/safe-math.test.ts',
      ],
      globals: { flowfitBackend: 'cpu' },
    },
  ],
  testTimeout: 60000,
};
