const common = {
  testEnvironment: "node",
  roots: ["<rootDir>/shared", "<rootDir>/test"],
  moduleFileExtensions: ["ts", "js", "mjs", "cjs", "json", "node"],
  transform: { "\\.(ts|js|mjs)$": "<rootDir>/test/support/esbuild-transform.cjs" },
  resolver: "<rootDir>/test/support/resolve-ts.cjs",
  moduleNameMapper: {
    "^sluice$": "<rootDir>/shared/index.ts",
    "^sluice/testing$": "<rootDir>/shared/testing/index.ts",
    "^sluice/cdk$": "<rootDir>/infra/index.ts",
    "^sluice/functions$": "<rootDir>/functions/index.ts",
  },
};

/** @type {import("jest").Config} */
module.exports = {
  maxWorkers: 2,
  // Long for machines that do other things as well; nothing here measures time.
  testTimeout: 120_000,
  projects: [
    {
      ...common,
      displayName: "source",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "\\.(built|aws)\\.test\\.ts$"],
    },
    {
      // These start processes and worker threads, which load dist/. Jest runs the set-up only when one of them is to run.
      ...common,
      displayName: "built",
      testMatch: ["<rootDir>/test/**/*.built.test.ts"],
      globalSetup: "<rootDir>/test/support/ensure-built.mjs",
    },
    {
      // These speak to services over HTTP: to emulators that they start, or to SLUICE_ENDPOINT.
      ...common,
      displayName: "aws",
      testMatch: ["<rootDir>/test/**/*.aws.test.ts"],
      globalSetup: "<rootDir>/test/support/ensure-built.mjs",
    },
  ],
};
